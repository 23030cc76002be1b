"""What docs/webhooks.md shows works: its programs verify what really arrives, and nothing else."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.core.webhooks import RETRY_AFTER

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")


def code(language: str) -> str:
    found = re.search(rf"<!-- {language}: run by .*? -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found, language
    return found[1]


@pytest.fixture
def seen(teller, receiver):
    """A secret and a request that was made with it."""
    _, secret = teller.add(receiver)
    teller.comment()
    teller.deliver()
    return secret, receiver.seen[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_python_program_accepts_what_arrives(seen):
    """And refuses a body with one byte changed."""
    secret, one = seen
    program: dict[str, object] = {}
    exec(code("python"), program)
    handle = program["handle"]
    assert handle(secret, one.headers, one.body) == 204
    assert handle(secret, one.headers, one.body.replace(b"held", b"hold")) == 400


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_javascript_program_accepts_what_arrives(seen):
    """And refuses a body with one byte changed."""
    secret, one = seen
    node = shutil.which("node") or Path(sys.executable).with_name("node")
    body = one.body.decode()
    calls = json.dumps([[secret, one.headers, body], [secret, one.headers, f"{body} "]])
    script = f"{code('javascript')}\nconsole.log({calls}.map((one) => isGenuine(...one)).join());"
    ran = subprocess.run(
        [str(node), "-e", script], capture_output=True, text=True, timeout=30, check=True
    )
    assert ran.stdout.strip() == "true,false"


def test_the_schedule_is_the_documented_one():
    """The page's list of waits is the code's."""
    told = re.search(r"\*\*Repeated for three days\*\*: after (.*?), each a", PAGE, re.DOTALL)[1]
    units = {"s": 1, "min": 60, "h": 3600}
    waits = [int(n) * units[unit] for n, unit in re.findall(r"(\d+) (s|min|h)", told)]
    assert waits == [one.total_seconds() for one in RETRY_AFTER]
