"""Reasons and undoing at the desk, as plain forms and as parts of a page."""

import re

import pytest
from desks import Desk, form_of, get, post, token_of

from service.core.reasons import (
    BUILT_IN,
    REASONS,
    Reason,
    ReasonText,
    author_sentence,
    offered,
    site_reasons,
)
from service.core.states import State


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def undo_of(page):
    """The address and the fields of the form that takes the last step back."""
    form = page.text.partition('id="last-step"')[2].partition("</div>")[0]
    address = re.search(r'action="(.*?)"', form)
    return address and address[1], dict(re.findall(r'name="(csrf|back)"\s+value="(.*?)"', form))


def decide(browser, path, **fields):
    return post(browser, path, form_of(get(browser, "/desk/"), **fields))


def test_a_reason_is_chosen_by_a_button_and_stands_in_the_record(desk):
    """The picker says what is done and why; the record tells both, and the note."""
    path = desk.comment()
    ada = desk.signed_in()
    page = get(ada, "/desk/").text
    assert re.findall(r'name="reason"\s+value="(\w+)"', page) == list(BUILT_IN)
    fields = {"with": "reject", "reason": "insult", "note": "The second line."}
    assert decide(ada, path, **fields).status_code == 303
    assert desk.state(path) is State.REJECTED
    record = get(ada, path).text
    assert "Insult." in record
    assert "The second line." in record


@pytest.mark.parametrize(
    "fields", [{"reason": "no such"}, {"reason": "x" * 41}, {"note": "x" * 501}, {"with": ""}]
)
def test_odd_reasons_are_refused(desk, fields):
    """What no button of the desk says is answered plainly, and nothing is decided."""
    path = desk.comment()
    answer = decide(desk.signed_in(), path, **({"with": "reject", "reason": "spam"} | fields))
    assert answer.status_code == 400
    assert desk.state(path) is State.HELD


def test_steps_are_undone_one_after_the_other(desk):
    """The queue shows what was done last, and after an undo what was done before it."""
    first, second = desk.comment("One.", name="Eve"), desk.comment("Two.", name="Zoe")
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    decide(ada, first, action="approve")
    decide(ada, second, action="spam")
    for path, name in ((second, "Zoe"), (first, "Eve")):
        page = get(ada, "/desk/?state=approved")
        assert (
            f"<bdi>{name}</bdi>" in page.text.partition('id="last-step"')[2].partition("</div>")[0]
        )
        address, fields = undo_of(page)
        answer = post(ada, address, fields)
        assert answer.headers["Location"] == "/desk/?state=approved&done=held"
        assert desk.state(path) is State.HELD
    assert undo_of(get(ada, "/desk/"))[0] is None
    assert undo_of(get(bob, "/desk/"))[0] is None


def test_what_another_has_done_is_shown_to_who_comes_too_late(desk):
    """With 409 comes who did what, why, and how long ago."""
    path = desk.comment(site=desk.blog)
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    old = form_of(get(ada, "/desk/"), action="approve")
    decide(bob, path, **{"with": "reject", "reason": "hate", "note": "See the end."})
    answer = post(ada, path, old)
    assert answer.status_code == 409
    told = re.sub(r"\s+", " ", answer.text.partition('role="alert"')[2].partition("</div>")[0])
    assert (
        "<bdi>Bob</bdi> held → rejected, just now; reason: Hate; note: <bdi>See the end.</bdi>."
        in told
    )


def test_an_undo_that_comes_too_late_changes_nothing(desk):
    """Bob decided after Ada: her undo gets 409, and his decision stands."""
    path = desk.comment(site=desk.blog)
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    decide(ada, path, action="approve")
    address, fields = undo_of(get(ada, "/desk/"))
    post(bob, path, form_of(get(bob, path), action="spam"))
    assert post(ada, address, fields).status_code == 409
    assert desk.state(path) is State.SPAM


def test_another_sites_decisions_cannot_be_undone(desk):
    """Bob works on the blog: a decision of the news is not there for him, whatever its address."""
    path = desk.comment()
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    decide(ada, path, action="approve")
    address, _ = undo_of(get(ada, "/desk/"))
    for one in (address, address.replace(desk.news.id, desk.blog.id)):
        assert post(bob, one, {"csrf": token_of(bob)}).status_code == 404
    assert desk.state(path) is State.APPROVED


def test_scripts_get_parts_of_the_page(desk):
    """A decision is answered by what replaces the comment, an undo by the comment itself."""
    path = desk.comment("To be swapped.")
    ada, part = desk.signed_in(), {"HX-Request": "true"}
    form = form_of(get(ada, "/desk/"), action="spam")
    answer = post(ada, path, form, headers=part)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "To be swapped." not in answer.text
    again = post(ada, path, form | {"action": "approve"}, headers=part)
    assert again.status_code == 409
    assert "<html" not in again.text
    assert 'class="card"' in again.text
    assert "You\n" in again.text
    address, fields = undo_of(answer)
    undone = post(ada, address, fields, headers=part)
    assert "To be swapped." in undone.text
    assert 'hx-swap-oob="afterbegin:#cards"' in undone.text


def test_a_site_has_reasons_of_its_own(desk):
    """Its own words come before the built-in ones; what it took out of use is offered no more."""
    own = [
        Reason("insult", {"de": ReasonText("Rüpelei", "Der Ton stimmt nicht.")}),
        Reason("hate", {}, retired=True),
        Reason("spoiler", {"en": ReasonText("Spoiler", "It gives the end away.")}),
    ]
    with desk.services.store.write() as tx:
        for one in own:
            tx.keep_reason(desk.news.id, one)
        stored = tx.own_reasons([desk.news.id, desk.blog.id])
    assert [one.code for one in stored[desk.news.id]] == ["insult", "hate", "spoiler"]
    kept = stored[desk.news.id]
    assert author_sentence("insult", kept, "de-AT") == "Der Ton stimmt nicht."
    assert author_sentence("insult", kept, "fr") == BUILT_IN["insult"]["fr"][1]
    assert author_sentence("spoiler", kept, "zh") == "It gives the end away."
    assert author_sentence("hate", kept, "en") == BUILT_IN["hate"]["en"][1]
    assert author_sentence("", kept, "en") == author_sentence("unheard", kept, "en") == ""
    codes = [one.code for one in offered(site_reasons(kept))]
    assert codes == [*(one for one in BUILT_IN if one != "hate"), "spoiler"]
    path = desk.comment()
    ada = desk.signed_in()
    assert "spoiler" in get(ada, path).text
    assert decide(ada, path, **{"with": "reject", "reason": "hate"}).status_code == 409
    with desk.services.store.write() as tx:
        assert tx.drop_reason(desk.news.id, "hate")
        assert not tx.drop_reason(desk.news.id, "hate")
    assert decide(ada, path, **{"with": "reject", "reason": "hate"}).status_code == 303


def test_every_reason_has_words_in_every_language():
    """Label and sentence, short enough to be shown, in each language that the form has."""
    languages = set(REASONS[0].texts)
    assert "en" in languages
    for one in REASONS:
        assert set(one.texts) == languages
        for text in one.texts.values():
            assert 0 < len(text.label) <= 60
            assert text.sentence.endswith((".", "。"))
