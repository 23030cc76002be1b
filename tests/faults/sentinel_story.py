"""A story in which one reader's and one moderator's address are typed wherever they can be."""

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from redis import Redis
from running import Installation, wait_until
from sqlalchemy import create_engine, text

READER = "Quillon.Zephyrine+7q@Brambleford.EXAMPLE"
READER_WORDS = ("quillon", "zephyrine", "brambleford")
MODERATOR = "Moderata.Quixley@Thornmarsh.Example"
MODERATOR_WORDS = ("moderata", "quixley", "thornmarsh")
PASSWORD = "seven quiet herons"
NAME = "Philomena"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FAILED_KEY = "rq:failed:screen"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Story:
    """Everything that came back while it was told."""

    running: Installation
    answers: list[tuple[str, Answer]] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    monitored: bytearray = field(default_factory=bytearray)
    cookie: str = ""

    # -- requests ----------------------------------------------------------------------------------

    def ask(
        self, method: str, path: str, body: str | bytes | None = None, **headers: str
    ) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            sent["Cookie"] = self.cookie
        try:
            link.request(method, path, body.encode() if isinstance(body, str) else body, sent)
            got = link.getresponse()
            answer = Answer(got.status, got.getheaders(), got.read())
        finally:
            link.close()
        self.answers.append((f"{method} {path[:60]}", answer))
        return answer

    def comment(self, content: str, **changes: Any) -> dict[str, Any]:
        given = {
            "thread": {"url": self.article},
            "author_name": NAME,
            "author_email": f" {READER} ",
            "content": content,
        }
        return given | changes

    def post(self, content: str, *, key: str = "", **changes: Any) -> Answer:
        headers = {"Idempotency_Key": key} if key else {}
        body = json.dumps(self.comment(content, **changes))
        return self.ask("POST", f"{SITE}/comments", body, Content_Type=JSON, **headers)

    def post_form(self, path: str = "", **fields: str) -> Answer:
        return self.ask("POST", path or f"{SITE}/comments", urlencode(fields), Content_Type=FORM)

    @property
    def article(self) -> str:
        return f"{self.running.base_url}/demo/"

    def wait_for(self, answer: Answer, *states: str) -> None:
        link = urlsplit(answer.json["status_url"])
        path = f"{link.path}?{link.query}"
        wait_until(lambda: self.ask("GET", path).json["state"] in states, what=self.running.log)

    def sql(self, *statements: str) -> None:
        engine = create_engine(self.running.database_url)
        with engine.begin() as connection:
            for one in statements:
                connection.execute(text(one))
        engine.dispose()

    # -- chapters ----------------------------------------------------------------------------------

    def tell(self) -> None:
        with monitoring(self.running.redis_url, self.monitored):
            self.read_and_post()
            self.post_what_is_wrong()
            self.moderate()
            self.break_a_job()
            self.post_too_much()

    def read_and_post(self) -> None:
        for path in ("/demo/", f"{SITE}/form", "/readyz", f"{SITE}/comments?thread={self.article}"):
            assert self.ask("GET", path).status == 200
        first = self.post("What a fine loaf, thank you for the recipe.", key="one")
        assert first.status == 202
        again = self.post("What a fine loaf, thank you for the recipe.", key="one")
        assert again.json["id"] == first.json["id"]
        assert self.post("Something else.", key="one").status == 422
        self.wait_for(first, "approved")
        edit = json.dumps({"content": "What a fine loaf. Thank you!"})
        bearer = f"Bearer {first.json['edit_token']}"
        path = f"{SITE}/comments/{first.json['id']}"
        assert self.ask("PATCH", path, edit, Content_Type=JSON, Authorization=bearer).status == 202
        fields = {"thread_url": self.article, "author_name": NAME, "author_email": READER.upper()}
        assert self.post_form(content="By a plain form.", **fields).status == 303
        boundary = "xXx"
        parts = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {**fields, "content": "By a form of another kind."}.items()
        )
        kind = f"multipart/form-data; boundary={boundary}"
        body = f"{parts}--{boundary}--\r\n"
        assert self.ask("POST", f"{SITE}/comments", body, Content_Type=kind).status == 303
        assert self.post_form(content="", **fields).status == 422
        shown = self.ask("GET", f"{SITE}/comments?thread={self.article}")
        assert NAME in shown.text
        etag = shown.header("etag")
        path = f"{SITE}/comments?thread={self.article}&sort=newest&limit=1"
        assert self.ask("GET", path, If_None_Match=etag).status == 200

    def post_what_is_wrong(self) -> None:
        """The address in every place where it does not belong, and spelt wrongly."""
        wrong = READER.replace("@", "@@")
        for changes in (
            {"author_email": wrong}, {"author_email": [READER]}, {"author_email": READER * 9},
            {"author_url": f"mailto:{READER}"}, {"parent_id": READER}, {"token": READER},
            {"thread": {"url": READER}}, {"thread": READER}, {READER: 1}, {"content": ""},
            {"author_name": READER * 9}, {"thread": {"url": self.article, READER: READER}},
            {"thread": {"url": f"https://elsewhere.example/?{READER}"}},
        ):  # fmt: skip
            self.post(**{"content": "Hello.", **changes})
        whole = json.dumps(self.comment("Hello."))
        for body in (whole[:-1], f"{whole}{READER}", f'{{"{READER}": 1, "{READER}": 2}}', READER):
            assert self.ask("POST", f"{SITE}/comments", body, Content_Type=JSON).status == 400
        for kind in ("text/plain", f"text/{READER}"):
            assert self.ask("POST", f"{SITE}/comments", whole, Content_Type=kind).status == 415
        origin = f"https://{READER}"
        assert self.ask(
            "POST", f"{SITE}/comments", whole, Content_Type=JSON, Origin=origin
        ).status == 403  # fmt: skip
        self.post("Hello.", key=READER)
        self.post_form(content="x", author_email=wrong, thread_url=self.article, author_name=NAME)
        self.post_form(**{READER: READER})
        self.post_form(content="x", author_email=READER, thread_url=f"http://x.example/{READER}")
        spelt = quote(READER)
        for path in (
            f"/{spelt}", f"/v1/sites/{spelt}/form", f"{SITE}/comments?thread={spelt}",
            f"{SITE}/comments?thread_id={spelt}&cursor={spelt}", f"/problems/{spelt}",
            f"{SITE}/comments?thread={self.article}&sort={spelt}&limit={spelt}",
            f"{SITE}/comments/{spelt}/status?token={spelt}", f"/desk/comments/{spelt}/{spelt}",
            f"/embed/{spelt}", f"/desk/{spelt}",
        ):  # fmt: skip
            self.ask("GET", path)
            self.ask("DELETE", path)

    def moderate(self) -> None:
        held = self.post("My marmalade is better than yours.")
        self.wait_for(held, "held")
        folder = self.running.data_dir.parent
        secret = Path(folder, "password")
        secret.write_text(PASSWORD)
        for email in (MODERATOR, MODERATOR, MODERATOR.replace("@", "@@")):
            done = self.running.vestibule(
                "moderator", "add", email, "--role", "moderator", "--name", "Mo",
                "--password-file", str(secret),
            )  # fmt: skip
            self.printed += [done.stdout, done.stderr]
        sign_in = "/desk/sign-in"
        assert self.post_form(sign_in, email=MODERATOR, password="wrong").status == 403
        assert self.post_form(sign_in, email=READER, password=PASSWORD).status == 403
        assert self.post_form(sign_in, **{MODERATOR: MODERATOR}).status in {400, 403}
        entered = self.post_form(sign_in, email=f" {MODERATOR.upper()} ", password=PASSWORD)
        assert entered.status == 303
        self.cookie = entered.header("set-cookie").partition(";")[0]
        spelt = quote(READER)
        for path in ("/desk/", "/desk/?state=approved", f"/desk/?state={spelt}",
                     f"/desk/?after={spelt}", f"/desk/?done={spelt}"):  # fmt: skip
            self.ask("GET", path)
        queue = self.ask("GET", "/desk/").text
        [record] = set(re.findall(rf'action="(/desk/comments/[^"]+/{held.json["id"]})"', queue))
        page = self.ask("GET", record)
        assert NAME in page.text
        assert "q\u2022\u2022\u2022@b" in page.text.lower()
        fields = dict(re.findall(r'name="(csrf|version|revision)"\s+value="(.*?)"', page.text))
        assert self.post_form(record, **fields, action=READER).status == 400
        assert self.post_form(record, **fields, action="approve").status == 303
        assert self.post_form(record, **fields, action="spam").status == 409
        self.wait_for(held, "approved")
        self.ask("GET", record)
        self.post_form("/desk/sign-out", csrf=fields["csrf"])
        self.cookie = ""

    def break_a_job(self) -> None:
        """A job that fails in the middle of this reader's comment."""
        self.sql("ALTER TABLE copies RENAME TO copies_away")
        assert self.post("A comment over which the checks break.").status == 202
        with Redis.from_url(self.running.redis_url) as connection:
            wait_until(lambda: connection.zcard(FAILED_KEY), what=self.running.log)
        self.sql("ALTER TABLE copies_away RENAME TO copies")

    def post_too_much(self) -> None:
        for number in range(200):
            if self.post(f"And another thing, the {number}th of many.").status == 429:
                return
        raise AssertionError("nobody stopped the flood")


SITE = "/v1/sites/demo"


@contextmanager
def monitoring(redis_url: str, heard: bytearray) -> Iterator[None]:
    """Everything that Redis is told while the block runs, into `heard`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(redis_url.removeprefix("unix://"))
        link.sendall(b"MONITOR\r\n")
        assert link.recv(5) == b"+OK\r\n"

        def listen() -> None:
            with suppress(OSError):
                while data := link.recv(65536):
                    heard.extend(data)

        listener = threading.Thread(target=listen)
        listener.start()
        yield
        with Redis.from_url(redis_url) as connection:
            connection.echo("the end of the story")
        wait_until(lambda: b"the end of the story" in heard)
        link.shutdown(socket.SHUT_RDWR)
        listener.join()
