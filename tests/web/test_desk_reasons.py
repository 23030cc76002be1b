"""The page of a site's reasons: other words, new ones, out of use, and back."""

import pytest
from desks import Desk, get, post, token_of

from service.core.reasons import author_sentence


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def keep(browser, site, code, **fields):
    return post(
        browser, f"/desk/reasons/{site.id}", {"csrf": token_of(browser), "code": code, **fields}
    )


def sentence(desk, code, language="en"):
    with desk.services.store.read() as tx:
        own = tx.own_reasons([desk.news.id]).get(desk.news.id, ())
    return author_sentence(code, own, language)


def test_a_site_says_it_in_its_own_words(desk):
    """Other words in one language, a reason of its own, one out of use, and all of it recorded."""
    path = desk.comment()
    ada = desk.signed_in()
    words = {"label.de": "Rüpelei", "sentence.de": "Der Ton <b>stimmt</b> nicht."}
    assert keep(ada, desk.news, "insult", **words).status_code == 303
    assert sentence(desk, "insult", "de") == "Der Ton <b>stimmt</b> nicht."
    assert sentence(desk, "insult", "fr") == "Il insulte ou rabaisse quelqu'un."
    form = get(ada, f"/desk/reasons/{desk.news.id}?code=insult").text
    assert "Der Ton &lt;b&gt;stimmt" in form
    keep(ada, desk.news, "hate", retired="1")
    new = {"label.en": "Spoiler", "sentence.en": "It gives the end away."}
    assert keep(ada, desk.news, "spoiler", **new).status_code == 303
    card = get(ada, path).text
    assert 'value="spoiler"' in card
    assert 'value="hate"' not in card
    assert 'value="spoiler"' not in get(ada, desk.comment(site=desk.blog)).text
    listed = get(ada, "/desk/reasons").text
    assert "out of use" in listed
    assert "changed the site" in get(ada, "/desk/audit").text.replace("&#39;", "'")
    assert keep(ada, desk.news, "hate", reset="1").status_code == 303
    assert 'value="hate"' in get(ada, path).text


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("Spoiler!", {"label.en": "x", "sentence.en": "x"}), ("", {"label.en": "x", "sentence.en": "x"}),
        ("spoiler", {"label.de": "x", "sentence.de": "x"}), ("spoiler", {"label.en": "x"}),
        ("insult", {"label.en": "x" * 61, "sentence.en": "x"}), ("insult", {"label.en": "x", "sentence.en": "x" * 501}),
        ("spoiler", {"reset": "1"}),
    ],
)  # fmt: skip
def test_what_is_no_reason_is_refused_with_what_was_typed(desk, code, fields):
    """Said so in words, with 409, and nothing is stored."""
    answer = keep(desk.signed_in(), desk.news, code, **fields)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    with desk.services.store.read() as tx:
        assert tx.own_reasons([desk.news.id]) == {}


def test_there_are_forty_at_most(desk):
    """The thirty-first of its own is refused; the built-in ones are ten."""
    ada = desk.signed_in()
    statuses = [
        keep(ada, desk.news, f"own_{one}", **{"label.en": "x", "sentence.en": "x"}).status_code
        for one in range(31)
    ]
    assert statuses == [303] * 30 + [409]


def test_only_who_manages_the_site_changes_them(desk):
    """Bob decides by them and cannot change them; what is not there is not found."""
    bob, ada = desk.signed_in("bob"), desk.signed_in()
    assert get(bob, "/desk/reasons").status_code == 403
    assert keep(bob, desk.blog, "insult", retired="1").status_code == 403
    assert keep(bob, desk.news, "insult", retired="1").status_code == 404
    assert get(ada, f"/desk/reasons/{desk.news.id}?code=unheard").status_code == 404
    assert keep(ada, desk.news, "insult", reset="1").status_code == 404
