"""The form as data: it follows the site's settings, and only the site's own pages get it."""

import pytest
from visitors import BLOG, NEWS, STORY, Visitors, comment, problems

from service.core.comment import TokenState


@pytest.fixture
def visitors(services):
    return Visitors(services)


def fields(answer):
    assert answer.status_code == 200
    return {one["name"]: one for one in answer.json["fields"]}


def test_it_names_fields_labels_limits_and_what_is_required(visitors):
    """The form is the one of any article page, in the names of the submission's keys."""
    answer = visitors.form()
    form = fields(answer)
    assert list(form) == ["content", "author_name", "author_email", "author_url"]
    assert [one["label"] for one in form.values()] == ["Comment", "Name", "Email", "Website"]
    assert [one["required"] for one in form.values()] == [True, True, True, False]
    assert [one["max_length"] for one in form.values()] == [10_000, 100, 254, 2_000]
    assert [one["type"] for one in form.values()] == ["textarea", "text", "email", "url"]
    assert answer.json["heading"] == "Leave a Reply"
    assert answer.json["submit_label"] == "Post Comment"
    assert answer.json["closed"] is False
    # One name for the page, whatever a link had added to its address.
    assert answer.json["thread"] == visitors.form(f"{STORY}?fbclid=x#y").json["thread"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_speaks_the_language_that_is_asked_for(visitors):
    """Labels, heading and note come in the page's language, and in English where there is none."""
    language = {"query_string": {"lang": "de-AT"}}
    answer = visitors.client.get("/v1/sites/news/form", headers={"Origin": NEWS}, **language)
    assert [one["label"] for one in fields(answer).values()] == [
        "Kommentar", "Name", "E-Mail", "Website",
    ]  # fmt: skip
    assert answer.json["lang"] == "de"
    assert answer.json["submit_label"] == "Kommentar abschicken"
    assert visitors.form().json["lang"] == "en"


def test_the_next_form_follows_changed_settings_and_so_does_the_door(visitors):
    """What the form says after a change is what the door asks for after it."""
    fields(visitors.form())
    visitors.change("news", require_name=False, require_email=False, content_max_chars=65_000)
    form = fields(visitors.form())
    assert not form["author_name"]["required"]
    assert not form["author_email"]["required"]
    assert form["content"]["max_length"] == 65_000
    visitors.accepted(author_name=None, author_email=None, content="é" * 65_000)
    visitors.change("news", require_name=True, require_email=True, content_max_chars=5)
    form = fields(visitors.form())
    assert form["author_name"]["required"]
    assert form["content"]["max_length"] == 5
    answer = visitors.post(author_name=None, author_email=None)
    assert problems(answer) == {
        ("/author_name", "missing"), ("/author_email", "missing"), ("/content", "too_long"),
    }  # fmt: skip
    assert fields(visitors.form(f"{BLOG}/a", site="blog"))["content"]["max_length"] == 10_000


def test_the_door_takes_what_the_form_lists_and_nothing_beside_it(visitors):
    """Every listed field, the token and the honeypot can be posted as named; others cannot."""
    answer = visitors.form()
    listed = dict.fromkeys(fields(answer), "https://jane.example")
    listed |= {"author_email": "jane.reader@example.org", answer.json["honeypot"]: "bait"}
    visitors.accepted(**listed, token=answer.json["token"])
    assert problems(visitors.post(**listed, price="1")) == {("/price", "unknown")}


def test_the_token_is_valid_for_its_site_alone(visitors):
    """Each form has a fresh signed token; another site's, a changed one and none are told apart."""
    now = visitors.services.clock
    read = visitors.services.signer.read_form_token
    token = visitors.form().json["token"]
    assert read(token, visitors.news.id, now()).state is TokenState.VALID
    assert read(token, visitors.blog.id, now()).state is TokenState.INVALID
    changed = token.replace("." if token.count(".") == 1 else token[5], "_", 1)
    assert read(changed, visitors.news.id, now()).state is TokenState.INVALID
    for given, state in (
        (token, TokenState.VALID), (changed, TokenState.INVALID), ("\u00e9", TokenState.INVALID),
        (None, TokenState.ABSENT), ("", TokenState.ABSENT),
    ):  # fmt: skip
        assert visitors.draft(visitors.accepted(token=given)).facts.token.state is state


def test_a_closed_site_or_page_says_so(visitors):
    """`closed` stands in the form and beside the comments, of the page alone or of the site."""
    visitors.shown()
    visitors.close_thread()
    assert visitors.form().json["closed"] is True
    assert visitors.read().json["closed"] is True
    assert visitors.form(f"{NEWS}/other").json["closed"] is False
    visitors.change("news", closed=True)
    assert visitors.form(f"{NEWS}/other").json["closed"] is True
    assert visitors.read(f"{NEWS}/other").json["closed"] is True
    assert visitors.form(f"{BLOG}/other", site="blog").json["closed"] is False


def test_there_is_no_form_for_a_site_that_is_not_there(visitors):
    """An unknown site is 404 on every route, whatever its name is made of."""
    for slug in (
        "nobody",
        "NEWS",
        "news%00",
        "%00",
        "%ED%A0%80",
        "%FF",
        "news%0A",
        "n" * 3_000,
        "'",
    ):
        for method, path in (
            ("GET", "form"), ("GET", f"form?thread={STORY}"), ("POST", "comments"),
            ("GET", f"comments?thread={STORY}"), ("OPTIONS", "comments"),
            ("GET", "comments/0198f2a4-0000-7000-8000-000000000000/status"),
        ):  # fmt: skip
            answer = visitors.client.open(f"/v1/sites/{slug}/{path}", method=method, json=comment())
            assert answer.status_code == 404, (slug, path, answer.text)
            assert answer.content_type == "application/problem+json"


def test_a_broken_page_address_is_named(visitors):
    """What is no address of a page gets 422 from the form and from reading."""
    for thread in ("javascript:alert(1)", "//news.example/", "https://", "https://a@news.example/"):
        for answer in (visitors.form(thread), visitors.read(thread)):
            assert answer.status_code == 422
            assert problems(answer) == {("/thread", "invalid_url")}
