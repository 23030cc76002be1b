"""The desk's queue: narrowed down, in every order, page by page; and by which words it is searched."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from verdicts import verdict

from service.core.desk_queue import Order, QueueFilter, first_id_at
from service.core.policy import decide, packaged_policy
from service.core.search import searched_words
from service.core.signals import Signal
from service.core.states import State
from service.core.trace import trace_of
from service.store import queueing, searching
from service.wiring import new_id, utc_now
from tests.store.conftest import NOW, World, make_site


@pytest.fixture
def other(store, world):
    """A second site with a thread of its own."""
    site = make_site(store, "blog")
    thread = replace(world.thread, id=new_id(), site_id=site.id, url="https://blog.example/b")
    with store.write() as tx:
        thread = tx.add_thread(thread, "blog.example/b", None, now=NOW)
    return World(store, site, thread)


def conclude(
    world, text="hello", *, state=State.HELD, spam=0.5, language=None, symbols=(), **given
):
    """Add a comment with a verdict; its id."""
    comment = world.add(text, **given)
    (draft,) = world.lease(comment)
    made = world.screening(draft, state, *symbols)
    chance = replace(verdict(state), spam=_Sum(spam), contributions=made.verdict.contributions)
    with world.store.write() as tx:
        tx.conclude(
            [replace(made, verdict=chance, language=language)], now=world.now, new_id=new_id
        )
    return comment


class _Sum:
    """A sum of which only the probability counts here."""

    def __init__(self, probability):
        self.probability = probability
        self.log_odds = 0.0


def every_page(world, wanted, *, limit=3):
    """The ids on all pages, and how many pages there were."""
    seen, after, pages = [], None, 0
    while pages == 0 or after is not None:
        with world.store.read() as tx:
            page = tx.queue_page(wanted, after=after, limit=limit)
        seen += [one.id for one in page.comments]
        after, pages = page.more, pages + 1
        assert pages < 100
    return seen


def held(world, **wanted):
    return QueueFilter((world.site,), **wanted)


# -- order -----------------------------------------------------------------------------------------


def test_each_order_goes_through_all_of_several_sites(world, other):
    """Oldest, newest and severest first, each comment once, whatever the page's size."""
    severities = [0.1, 0.9, 0.5, 0.5, 0.3, 0.9, 0.2]
    ids = [
        conclude((world, other)[number % 2], spam=severity)
        for number, severity in enumerate(severities)
    ]
    severest = [ids[at] for at in (5, 1, 3, 2, 4, 6, 0)]
    both = QueueFilter((world.site, other.site))
    for limit in (1, 2, 3, 7, 8):
        assert every_page(world, both, limit=limit) == ids
        assert every_page(world, replace(both, order=Order.NEWEST), limit=limit) == ids[::-1]
        assert every_page(world, replace(both, order=Order.SEVEREST), limit=limit) == severest


def test_what_may_need_a_person_at_once_is_the_severest(world):
    """It comes before what is as good as certain to be spam."""
    policy = packaged_policy()
    certain = conclude(world, spam=1.0)
    (draft,) = world.lease(world.add("please help"))
    found = decide([Signal("SELF_HARM_RISK")], policy)
    made = replace(
        world.screening(draft, State.HELD),
        verdict=found,
        trace=trace_of(found, policy, versions={}, input_hash=""),
    )
    with world.store.write() as tx:
        tx.conclude([made], now=NOW, new_id=new_id)
    assert every_page(world, held(world, order=Order.SEVEREST)) == [draft.id, certain]


def test_a_comment_and_its_held_edit_stand_on_one_page(world):
    """They have one id, so that a page's end between them would lose one."""
    ids = [conclude(world, f"text {number}") for number in range(3)]
    with world.store.write() as tx:
        head = tx.head(world.site.id, ids[1])
        number = tx.add_revision(head, "edited", now=NOW)
    with world.store.write() as tx:
        drafts = tx.lease(
            [replace(world.item(ids[1]), revision=number)],
            until=NOW + timedelta(seconds=9),
            now=NOW,
        )
    world.conclude_revisions(drafts, State.HELD)
    for order, expected in (
        (Order.OLDEST, [ids[0], ids[1], ids[1], ids[2]]),
        (Order.NEWEST, [ids[2], ids[1], ids[1], ids[0]]),
        (Order.SEVEREST, [ids[2], ids[1], ids[1], ids[0]]),
    ):
        for limit in (1, 2, 3):
            assert every_page(world, held(world, order=order), limit=limit) == expected
    with world.store.read() as tx:
        page = tx.queue_page(held(world, words=searched_words("edited")), after=None, limit=9)
        assert [(one.revision, one.content) for one in page.comments] == [
            (0, "text 1"), (number, "edited"),
        ]  # fmt: skip


# -- narrowing down --------------------------------------------------------------------------------


def test_every_filter_takes_what_it_says(world, other):
    """State, thread, reason, author, language and age, alone and together."""
    author = world.contact()
    plain = conclude(world)
    links = conclude(world, symbols=["MANY_LINKS"], language="de")
    theirs = conclude(world, contact_id=author, language="de")
    spam = conclude(world, state=State.SPAM, symbols=["MANY_LINKS"])
    elsewhere = conclude(other, symbols=["MANY_LINKS"])
    held_ones = [plain, links, theirs]
    for wanted, ids in (
        (held(world), held_ones),
        (held(world, state=State.SPAM), [spam]),
        (held(world, state=None), [*held_ones, spam]),
        (held(world, state=None, order=Order.SEVEREST), [spam, *held_ones[::-1]]),
        (held(world, thread_id=world.thread.id), held_ones),
        (held(world, state=None, thread_id=world.thread.id), [*held_ones, spam]),
        (held(world, thread_id=other.thread.id), []),
        (held(world, symbol="MANY_LINKS"), [links]),
        (held(world, state=None, symbol="MANY_LINKS"), [links, spam]),
        (QueueFilter((world.site, other.site), symbol="MANY_LINKS"), [links, elsewhere]),
        (held(world, symbol="NO_SUCH_THING"), []),
        (held(world, author_ids=(author,)), [theirs]),
        (held(world, state=None, author_ids=(author,)), [theirs]),
        (held(world, language="de"), [links, theirs]),
        (held(world, language="de", author_ids=(author,)), [theirs]),
        (held(world, language="de", order=Order.SEVEREST), [theirs, links]),
        (held(world, thread_id=world.thread.id, order=Order.SEVEREST), held_ones[::-1]),
        (held(world, author_ids=(author,), order=Order.SEVEREST), [theirs]),
        (held(world, from_id=links), [links, theirs]),
        (held(world, before_id=links), [plain]),
        (held(world, from_id=first_id_at(utc_now() + timedelta(hours=1))), []),
        (held(world, before_id=first_id_at(utc_now() - timedelta(hours=1))), []),
        (held(world, from_id=first_id_at(utc_now() - timedelta(hours=1))), held_ones),
        (QueueFilter(()), []),
    ):
        assert every_page(world, wanted, limit=2) == ids, wanted


def test_the_first_id_of_a_moment_is_smaller_than_any_of_it():
    """It is a UUIDv7 itself, of that millisecond."""
    now = utc_now()
    first = first_id_at(now)
    assert UUID(first).version == 7
    assert first_id_at(now - timedelta(milliseconds=1)) < first < new_id()


# -- words -----------------------------------------------------------------------------------------

TEXTS = (
    "The marmalade stood in the café's pantry.",
    "Straße und Überfluß, ÜBERALL.",
    "東京都の天気はいいですね",
    "Сегодня хорошая погода",
    "ภาษาไทยไม่มีช่องว่าง",
    "مرحبا بالعالم",
    "한국어 텍스트입니다",
    "see https://shop.example/buy-now?x=1 and 12345",
    "don't & won't | ! ( ) : * 'quoted' \"double\" \\ -- ; DROP TABLE",
)


ASKED = [
    ("marmalade", [0]), ("MARMA", [0]), ("malade", []), ("cafe", [0]), ("café", [0]),
    ("cafe\u0301", [0]), ("stood pantry", [0]), ("stood weather", []), ("strasse", [1]),
    ("uberfluss", [1]), ("東京", [2]), ("天気", [2]), ("京都の", [2]), ("気", [2]), ("ね", [2]),
    ("大阪", []), ("погода", [3]), ("ПОГО", [3]), ("ไทย", [4]), ("بالعالم", [5]), ("한국", [6]),
    ("텍스트", [6]), ("shop.example", [7]), ("buy-now", [7]), ("12345", [7]),
    ("quoted", [8]), ("drop table", [8]), ("' OR 1=1 --", []), ("Jane", range(9)),
    ("jane marmalade", [0]), ("and", [7]),
]  # fmt: skip


@pytest.mark.parametrize("few", [searching.FEW, 0], ids=["looked up", "along the way"])
def test_words_find_texts_and_names(world, other, monkeypatch, few):
    """In any script, case and form of accents; all words must be there, from their beginnings on.

    Whether few have them, who are looked up, or many, who are looked through, makes no difference.
    """
    monkeypatch.setattr(queueing, "FEW", few)
    monkeypatch.setattr(searching, "FEW", few)
    ids = [conclude(world, text, author_name="Jané") for text in TEXTS]
    conclude(other, " ".join(TEXTS), author_name="Jané")
    for asked, places in ASKED:
        wanted = held(world, words=searched_words(asked))
        found = every_page(world, wanted, limit=4)
        assert found == [ids[place] for place in places], asked


def test_what_is_looked_for_along_the_way_is_found_page_by_page(world, monkeypatch):
    """A page looks through so much and no more; together the pages miss nothing, in any order."""
    monkeypatch.setattr(queueing, "FEW", 0)
    monkeypatch.setattr(searching, "FEW", 0)
    monkeypatch.setattr(queueing, "EXAMINED", 4)
    monkeypatch.setattr(queueing, "EXAMINED_MIN", 4)
    ids = [
        conclude(
            world, "pear" if number in {2, 3, 11, 17} else "apple", symbols=["SEEN"] * (number != 3)
        )
        for number in range(18)
    ]
    pears = [ids[at] for at in (2, 11, 17)]
    for order, expected in ((Order.OLDEST, pears), (Order.NEWEST, pears[::-1])):
        wanted = held(world, words=searched_words("pear"), symbol="SEEN", order=order)
        for limit in (1, 2, 10):
            assert every_page(world, wanted, limit=limit) == expected
    severest = held(world, words=searched_words("pear"), order=Order.SEVEREST)
    assert every_page(world, severest) == [ids[at] for at in (17, 11, 3, 2)]


def test_a_page_that_one_site_fills_skips_nothing_of_another(world, other, monkeypatch):
    """What lies beyond where the other site was looked through waits for a later page."""
    monkeypatch.setattr(queueing, "FEW", 0)
    monkeypatch.setattr(searching, "FEW", 0)
    monkeypatch.setattr(queueing, "EXAMINED", 4)
    monkeypatch.setattr(queueing, "EXAMINED_MIN", 4)
    for _ in range(8):
        conclude(world, "apple")
    pears = [conclude(other, "pear"), conclude(world, "pear")]
    pears += [conclude(other, "pear") for _ in range(4)]
    for order in Order:
        wanted = QueueFilter((world.site, other.site), words=searched_words("pear"), order=order)
        expected = pears if order is Order.OLDEST else pears[::-1]
        for limit in (1, 2, 3, 5):
            assert every_page(world, wanted, limit=limit) == expected, (order, limit)


def test_a_text_is_found_by_what_it_is_now(world):
    """After an edit is shown by its new words, and after erasure by none; nothing is left behind."""
    comment = conclude(world, "a cherry")
    with world.store.write() as tx:
        head = tx.head(world.site.id, comment)
        number = tx.add_revision(head, "a plum", now=NOW)
        drafts = tx.lease(
            [replace(world.item(comment), revision=number)],
            until=NOW + timedelta(seconds=9),
            now=NOW,
        )
    world.conclude_revisions(drafts, State.APPROVED)

    def found(word):
        return every_page(world, held(world, words=searched_words(word)))

    assert (found("cherry"), found("plum")) == ([], [comment])
    with world.store.write() as tx:
        tx.read_anew(world.site.id, [comment])
    assert found("plum") == [comment]
    assert world.move(comment, State.ERASED)
    with world.store.write() as tx:
        tx.read_anew(world.site.id, [comment])
    with world.store.read() as tx:
        assert tx.found_by([world.site.id], searched_words("plum")) == []


def test_a_search_without_a_word_asks_for_nothing():
    """Signs alone are no words, and a search has only so many."""
    assert searched_words(" -- !? _ ") == ()
    assert len(searched_words(" ".join(f"w{number}" for number in range(50)))) == 8
    assert searched_words("to Do") == ("to", "do")
    assert all(
        word.rstrip("*").isascii() and word.rstrip("*").isalnum()
        for text in TEXTS
        for word in searched_words(text)
    )
