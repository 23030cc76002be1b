"""What would publish an author's e-mail address by mistake, or a staff member's name, is refused."""

import pytest
from visitors import EMAIL, Visitors, problems

from service.core.addresses import mentions_address


@pytest.fixture
def visitors(services):
    return Visitors(services)


def test_every_bad_field_is_named_at_once(visitors):
    """A reserved name hides behind no other fault, and hides none."""
    visitors.change("news", reserved_names=("Chief Editor",))
    for name in ("root", "chief editor"):
        answer = visitors.post(content=" ", author_name=name, author_email="x", author_url="y z")
        assert answer.status_code == 422
        assert problems(answer) == {
            ("/content", "missing"), ("/author_name", "reserved"),
            ("/author_email", "invalid_email"), ("/author_url", "invalid_url"),
        }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        EMAIL, f"Jane {EMAIL}", f"<{EMAIL}>", "someone.else@news.example", "a@b.museum now",
        "jane\uff20news.example", "\u0434\u0430@\u043f\u043e\u0447\u0442\u0430.\u0440\u0444", "x@a-b.c.example",
    ],
)  # fmt: skip
def test_an_address_in_the_name_is_refused(visitors, name):
    """Whoever mixes the fields up is told so instead of being published."""
    answer = visitors.post(author_name=name)
    assert problems(answer) == {("/author_name", "address_in_name")}
    assert visitors.stored() == 0


@pytest.mark.parametrize(
    "name", ["@jane", "Jane @ News", "J@ne", "5@ 3.50", "a@b", "me @news.example"]
)
def test_other_names_with_the_sign_are_names(visitors, name):
    """Handles and ornaments are no addresses."""
    visitors.accepted(author_name=name)


@pytest.mark.parametrize(
    "text",
    [
        f"Write to {EMAIL}!", EMAIL.upper(), f"mailto:{EMAIL}?subject=x", f"_{EMAIL}_", f"({EMAIL})",
        EMAIL.replace("@", "\uff20"), EMAIL.replace("@", "\u200b@"), f"\u90ae\u7bb1{EMAIL}\u8c22\u8c22",
        "https://a.example/?to=" + EMAIL.replace("@", "%40"), "x" * 9_000 + f" {EMAIL}",
    ],
)  # fmt: skip
def test_ones_own_address_in_the_text_is_refused(visitors, text):
    """The address typed as private is not published through the text, in whichever spelling."""
    answer = visitors.post(content=text)
    assert answer.status_code == 422
    assert problems(answer) == {("/content", "own_address")}
    assert EMAIL not in answer.text
    assert visitors.stored() == 0


def test_ones_own_address_in_the_link_is_refused(visitors):
    """The author's web site is shown to everybody, too; both places are named at once."""
    for path in (f"?me={EMAIL}", "jane.reader%40EXAMPLE.org"):
        answer = visitors.post(author_url=f"https://a.example/{path}", content=EMAIL)
        assert problems(answer) == {("/author_url", "own_address"), ("/content", "own_address")}


def test_an_address_is_recognised_as_typed_and_as_normalised(visitors):
    """The domain's own script and its `xn--` form are one address."""
    typed = "jane@xn--bcher-kva.example"
    for text in (typed, "jane@b\u00fccher.example", "JANE@B\u00dcCHER.EXAMPLE"):
        answer = visitors.post(author_email=typed, content=f"I am {text}.")
        assert problems(answer) == {("/content", "own_address")}


def test_other_addresses_are_the_authors_business(visitors):
    """An address that somebody writes on purpose is text, and so is one that only ends alike."""
    visitors.accepted(content="Ask office@news.example.")
    visitors.accepted(content=f"mary{EMAIL} and {EMAIL}ization")
    assert not mentions_address("nothing here", EMAIL)
