"""What caches are told: every answer of the public API says whether it may be kept."""

import pytest
from visitors import STORY, Visitors, comment

from service.core.states import State


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def visitors(services):
    return Visitors(services)


def test_every_answer_says_whether_it_may_be_kept(visitors):
    """What readers share is asked about each time; what is one visitor's is kept by nobody."""
    shown = visitors.post().json
    visitors.conclude(shown["id"])
    refused = visitors.post(content="Refused.").json
    visitors.conclude(refused["id"], state=State.REJECTED)
    here = f"/v1/sites/news/comments/{shown['id']}"
    edit = {"Authorization": f"Bearer {shown['edit_token']}"}
    appeal = {"text": "Please.", "token": refused["status_url"].partition("token=")[2]}
    thread = {"thread": STORY}
    asked = [
        ("GET", "/v1/sites/news/comments", {"query_string": thread}),
        ("GET", "/v1/sites/news/comments.html", {"query_string": thread}),
        ("GET", "/v1/sites/news/comments.html", {"query_string": thread | {"whole": "1"}}),
        ("GET", "/v1/sites/news/form", {"query_string": thread}),
        ("GET", "/v1/sites/news/challenge", {}),
        ("GET", shown["status_url"], {}),
        ("GET", shown["status_url"], {"headers": {"Accept": "text/html"}}),
        ("POST", "/v1/sites/news/counts", {"json": {"threads": [{"url": STORY}]}}),
        ("POST", "/v1/sites/news/preview", {"json": {"content": "Hello."}}),
        ("POST", "/v1/sites/news/comments", {"json": comment(content="More.")}),
        ("POST", f"{here}/reports", {"json": {"reason": "spam"}}),
        ("POST", f"/v1/sites/news/comments/{refused['id']}/appeals", {"json": appeal}),
        ("PATCH", here, {"json": {"content": "Better."}, "headers": edit}),
        ("DELETE", here, {"headers": edit}),
        ("GET", "/v1/sites/nothing/comments", {"query_string": thread}),
    ]
    told = {}
    for method, path, given in asked:
        answer = visitors.client.open(path, method=method, **given)
        assert answer.status_code < 300 or "nothing" in path, (path, answer.text)
        told[method, path, str(given)] = answer.headers.get("Cache-Control")
    shared = {
        one for one in told if one[1].endswith(("/news/comments", ".html")) and one[0] == "GET"
    }
    assert {told[one] for one in shared} == {"no-cache"}
    assert {told[one] for one in told.keys() - shared} == {"no-store"}
