"""How the widget's files are served: types, caching, and what other sites need to load them."""

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.core.languages import FORM_WORDS
from service.web.widget import blueprint


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(blueprint)
    return app.test_client()


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/embed.js", "text/javascript; charset=utf-8"),
        ("/embed/own.js", "text/javascript; charset=utf-8"),
        ("/embed/vestibule.css", "text/css; charset=utf-8"),
        ("/favicon.ico", "image/svg+xml"),
    ],
)
def test_any_site_may_load_the_files(client: FlaskClient, path: str, media_type: str) -> None:
    """Each file has its type and the headers that a page of another origin needs."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers


def test_known_file_costs_a_304(client: FlaskClient) -> None:
    """A browser that has the file is told so after a short time, without the file."""
    first = client.get("/embed.js")
    assert first.cache_control.max_age == 300
    again = client.get("/embed.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_file_comes_packed_for_those_who_can_unpack_it(client: FlaskClient) -> None:
    """The same file in a third of the bytes, under a tag of its own; and as it is for others."""
    plain = client.get("/embed.js")
    packed = client.get("/embed.js", headers={"Accept-Encoding": "br, gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get("/embed.js", headers=known).status_code == 304
    refused = client.get("/embed.js", headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data


@pytest.mark.parametrize(
    "path",
    ["/embed/nothing.js", "/embed/../views.py", "/embed/%2e%2e/views.py", "/embed//etc/passwd"],
)
def test_nothing_else_can_be_asked_for(client: FlaskClient, path: str) -> None:
    """Only files that are meant to be served are."""
    assert client.get(path).status_code in {308, 404}


def test_it_is_one_script_of_twelve_kilobytes(client: FlaskClient) -> None:
    """The script has its style and English in it, and imports nothing before somebody needs it."""
    body = client.get("/embed.js").data
    assert len(gzip.compress(body, 9)) <= 12_000
    text = body.decode()
    assert re.search(r"\bimport\s*[\"'{*]", text) is None
    assert "@import" not in text


def test_other_languages_are_files_of_their_own(client: FlaskClient) -> None:
    """Each language but English is one script that loads when a page needs it."""
    for language in FORM_WORDS.keys() - {"en"}:
        assert client.get(f"/embed/lang/{language}.js").status_code == 200
    assert client.get("/embed/lang/en.js").status_code == 404
