"""A name server on this machine that knows a few domains, counts questions, and can be silent."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

Zone = Mapping[str, Mapping[str, list[str]]]
"""By domain and type of record; a domain that is not in it does not exist."""


@dataclass
class NameServer:
    port: int
    asked: Counter[str] = field(default_factory=Counter)
    silent: bool = False

    def resolver(self) -> dns.resolver.Resolver:
        made = dns.resolver.Resolver(configure=False)
        made.nameservers = ["127.0.0.1"]
        made.port = self.port
        return made


@contextmanager
def serving_names(zone: Zone) -> Iterator[NameServer]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        server = NameServer(listening.getsockname()[1])

        def answer() -> None:
            while True:
                data, whom = listening.recvfrom(4096)
                if data == b"end":
                    return
                query = dns.message.from_wire(data)
                server.asked[query.question[0].name.to_text().rstrip(".")] += 1
                if not server.silent:
                    listening.sendto(_answered(query, zone).to_wire(), whom)

        running = threading.Thread(target=answer)
        running.start()
        try:
            yield server
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"end", ("127.0.0.1", server.port))
            running.join()


def _answered(query: dns.message.QueryMessage, zone: Zone) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    asked = query.question[0]
    name = asked.name.to_text().rstrip(".")
    if name not in zone:
        response.set_rcode(dns.rcode.SERVFAIL if name.startswith("broken") else dns.rcode.NXDOMAIN)
        return response
    records = zone[name].get(dns.rdatatype.to_text(asked.rdtype), [])
    if records:
        response.answer.append(dns.rrset.from_text(asked.name, 60, "IN", asked.rdtype, *records))
    return response
