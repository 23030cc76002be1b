"""How the widget's files are served: types, caching, and what other sites need to load them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

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
        ("/embed/element.js", "text/javascript; charset=utf-8"),
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


@pytest.mark.parametrize(
    "path",
    ["/embed/nothing.js", "/embed/../views.py", "/embed/%2e%2e/views.py", "/embed//etc/passwd"],
)
def test_nothing_else_can_be_asked_for(client: FlaskClient, path: str) -> None:
    """Only files that are meant to be served are."""
    assert client.get(path).status_code in {308, 404}


def test_every_module_is_asked_for_at_once(client: FlaskClient) -> None:
    """`embed.js` names every module, so that none is discovered late."""
    from service.web.widget.assets import load_assets

    text = client.get("/embed.js").get_data(as_text=True)
    for name in load_assets():
        if name.startswith("embed/") and name.endswith(".js"):
            assert f'"./{name}"' in text
