"""A whole installation tells others: webhooks and mails, from `up` alone and after it was killed."""

import json
import re
import signal
import urllib.request
from collections.abc import Callable

from click.testing import CliRunner
from mail_server import receiving
from running import Installation, clean_environment, wait_until
from standardwebhooks import Webhook
from strangers import say, serving

from service.cli import main

HELD_WORD = "marmalade"


def post(running: Installation, content: str) -> None:
    comment = {
        "thread": {"url": f"{running.base_url}/demo/"},
        "author_name": "Jane",
        "author_email": "jane.reader@example.org",
        "content": content,
    }
    request = urllib.request.Request(
        f"{running.base_url}/v1/sites/demo/comments",
        json.dumps(comment).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 202


def test_up_tells_webhooks_and_people(new_installation: Callable[..., Installation]) -> None:
    """A comment that is held reaches the webhook at once, and whoever decides by mail; no address
    stands in either, nor in the log. What waits is told after a kill -9, too.
    """
    with serving(say(204)) as receiver, receiving() as mails:
        running = new_installation(
            VESTIBULE_OUTBOUND_NETWORKS="127.0.0.0/8",
            VESTIBULE_OUTBOUND_PORTS=receiver.port,
            VESTIBULE_SMTP_HOST="127.0.0.1",
            VESTIBULE_SMTP_PORT=mails.port,
            VESTIBULE_SMTP_ENCRYPTION="none",
            VESTIBULE_SMTP_FROM="comments@news-of-today.net",
        )
        environment = clean_environment(**running.environment)

        def vestibule(*arguments: str) -> str:
            ran = CliRunner().invoke(main, list(arguments), env=environment)
            assert ran.exit_code == 0, ran.output
            return ran.output

        vestibule("init")
        added = vestibule("webhook", "add", "demo", f"{receiver.url}/hook")
        secret = re.search(r"whsec_\S+", added)[0]
        # The first digest is looked for when the courier starts, so what waits then is told.
        vestibule("site", "set", "demo", "digest_waiting=1")
        vestibule(
            "moderator", "add", "mia@news-of-today.net", "--role", "moderator", "--name", "Mia"
        )
        running.start()
        post(running, f"My grandmother's {HELD_WORD}.")
        wait_until(lambda: receiver.seen, timeout=10, what=running.log)
        payload = Webhook(secret).verify(receiver.seen[0].body, receiver.seen[0].headers)
        assert payload["type"] == "comment.held"

        assert running.stop(signal.SIGKILL) == -signal.SIGKILL
        running.start()
        wait_until(lambda: mails.arrived, timeout=15, what=running.log)
        (mail,) = mails.arrived
        assert mail.to == ["mia@news-of-today.net"]
        assert mail.message["Subject"] == "1 comment waits at Vestibule demo"
        assert running.stop() == 0
    for text in (receiver.seen[0].body, mail.raw, running.log_file.read_bytes()):
        assert b"jane.reader" not in text
    assert HELD_WORD.encode() not in mail.raw
