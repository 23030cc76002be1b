"""docker-compose.yml as a test reads it: no engine, but the same commands, environment and order.

And a reader who talks to the web server that comes of it.
"""

import json
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from running import VESTIBULE, wait_until

from service.running import embedded_redis
from service.running.processes import guarded

ROOT = Path(__file__).parents[2]
# `init: true` and tini aside, this is what the image's ENTRYPOINT comes to.
ENTRYPOINT = [str(VESTIBULE)]

ORIGIN = "https://news.example"
PAGE = f"{ORIGIN}/a-fine-door"


def load_compose() -> dict[str, Any]:
    """The file with its variables at their defaults, as where there is no `.env`."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))
    return loaded


def documented(name: str) -> str:
    """The shell commands of a block in docs/operating.md, by the comment that stands before it."""
    text = (ROOT / "docs/operating.md").read_text("utf-8")
    found = re.search(rf"<!-- {name}: run by \S+ -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert found, f"docs/operating.md has no block {name}"
    return found[1]


def sh(commands: str, folder: Path) -> None:
    subprocess.run(["/bin/sh", "-e", "-c", commands], cwd=folder, check=True, timeout=20)


@dataclass
class Stack:
    """The services of the file as processes of this machine.

    What containers would have to themselves is shared here, so `places` rewrites it: addresses,
    ports, and the folder of secrets. Nothing else of a command or an environment is changed.
    """

    folder: Path
    places: Mapping[str, str]
    services: dict[str, Any] = field(default_factory=lambda: load_compose()["services"])
    started: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def rewritten(self, text: str) -> str:
        for inside, here in self.places.items():
            text = text.replace(inside, here)
        return text

    def environment(self, name: str) -> dict[str, str]:
        """Exactly what the file gives; `PATH` comes from the image."""
        given = self.services[name].get("environment", {})
        own = {key: self.rewritten(str(value)) for key, value in given.items()}
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", **own}

    def run(self, name: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """`docker compose run --rm NAME ARGUMENTS`."""
        return subprocess.run(
            [*ENTRYPOINT, *arguments], env=self.environment(name), input=stdin,
            cwd=self.folder, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def run_documented(self, line: str) -> None:
        """A line of the documentation that begins with `docker compose run`."""
        words = shlex.split(line)
        assert words[:4] == ["docker", "compose", "run", "--rm"], line
        words = [word for word in words[4:] if word != "--no-TTY"]
        stdin = ""
        if "<" in words:
            at = words.index("<")
            stdin, words = (self.folder / words[at + 1]).read_text("utf-8"), words[:at]
        done = self.run(*words, stdin=stdin)
        assert done.returncode == 0, f"{line}: {done.stderr}"

    def up(self) -> None:
        """All services, each after what it depends on."""
        for name in self.services:
            self._start(name)
        for name in self.services:
            self._wait_until_healthy(name)

    def down(self) -> dict[str, int]:
        """End everything as `docker stop` does; the status of each part."""
        for process in self.started.values():
            if process.poll() is None:
                process.terminate()
        return {name: process.wait(30) for name, process in self.started.items()}

    def log(self) -> str:
        return "\n".join(path.read_text("utf-8") for path in self.folder.glob("*.log"))

    def _start(self, name: str) -> None:
        # PostgreSQL runs already: an image's own start-up is not ours to test.
        if name in self.started or name == "postgres":
            return
        for other, wanted in self.services[name].get("depends_on", {}).items():
            self._start(other)
            if wanted["condition"] == "service_completed_successfully":
                assert self.started[other].wait(60) == 0, self.log()
            else:
                assert wanted["condition"] == "service_healthy"
                self._wait_until_healthy(other)
        with (self.folder / f"{name}.log").open("wb") as log:
            self.started[name] = subprocess.Popen(
                guarded(self._command(name)), env=self.environment(name), cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def _command(self, name: str) -> list[str]:
        command = [str(word) for word in self.services[name]["command"]]
        if name != "redis":
            return [*ENTRYPOINT, *command]
        program, *options = command
        assert program == "redis-server"
        port = self.places["redis:6379"].rpartition(":")[2]
        return [
            embedded_redis.find_program(), *options,
            "--port", port, "--bind", "127.0.0.1", "--dir", str(self.folder),
        ]  # fmt: skip

    def _wait_until_healthy(self, name: str) -> None:
        if name == "postgres" or "healthcheck" not in self.services[name]:
            return
        wait_until(
            lambda: self.is_healthy(name), timeout=30,
            what=lambda: f"{name} healthy; the logs:\n{self.log()}",
        )  # fmt: skip

    def is_healthy(self, name: str) -> bool:
        """Whether the service runs and its health check passes."""
        assert self.started[name].poll() is None, f"{name} ended:\n{self.log()}"
        kind, program, *arguments = self.services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        if program == "redis-cli":
            server = Path(embedded_redis.find_program())
            client = server.with_name(server.name.replace("-server", "-cli"))
            command = [str(client), "-p", self.places["redis:6379"].rpartition(":")[2], *arguments]
        else:
            assert program == "python"
            command = [sys.executable, *map(self.rewritten, arguments)]
        done = subprocess.run(
            command, env=self.environment(name), capture_output=True, timeout=20, check=False
        )
        return done.returncode == 0


def strings(value: object) -> str:
    """A part of the file as one text, for looking for what must not stand in it."""
    return json.dumps(value, ensure_ascii=False)


class Reader:
    """Somebody on an article page, who talks to the web server as a browser does."""

    def __init__(self, stack: Stack) -> None:
        self.base = stack.rewritten("http://127.0.0.1:8080")

    def ask(self, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            path if path.startswith("http") else f"{self.base}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Origin": ORIGIN, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def post(self, content: str) -> Any:
        form = self.ask(f"/v1/sites/news/form?thread={quote(PAGE)}")
        assert [one["name"] for one in form["fields"] if one["required"]] == [
            "content",
            "author_name",
            "author_email",
        ]
        return self.ask(
            "/v1/sites/news/comments",
            {
                "thread": {"url": PAGE, "title": "A fine door"},
                "content": content,
                "author_name": "Bea",
                "author_email": "bea@example.org",
                "token": form["token"],
            },
        )

    def thread(self) -> str:
        """All that readers are shown, as one text."""
        return json.dumps(self.ask(f"/v1/sites/news/comments?thread={quote(PAGE)}"))
