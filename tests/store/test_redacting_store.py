"""Redaction, on both databases: the words are gone from everywhere, and nothing else is."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from test_deciding_store import ADA, decide, last, record, undo, version
from test_revisions import edit, lease, shown
from verdicts import verdict

from service.core.decisions import Action
from service.core.desk_queue import QueueFilter
from service.core.errors import Forbidden, NotFound, StaleVersion, TransitionRefused
from service.core.people import Membership, Moderator, Role
from service.core.policy import Contribution
from service.core.redaction import MARK, StoredSignal, places, redacted, redacted_signal
from service.core.rules import Family
from service.core.search import searched_words
from service.core.signals import Signal
from service.core.states import State
from service.usecases.redact import RedactComment, Redaction
from service.wiring import new_id

PHONE = "+44 20 7946 0018"


def redact(world, comment_id, *quotes, who=ADA, seen=None):
    wanted = Redaction(world.site.id, comment_id, seen or version(world, comment_id), quotes)
    return RedactComment(world.store, lambda: world.now, new_id)(wanted, who)


def conclude(world, draft, state, *found):
    parts = [Contribution(one, 1.0, "Because.", Family.ABUSE) for one in found]
    screening = replace(world.screening(draft, state), verdict=verdict(state, parts))
    with world.store.write() as tx:
        tx.conclude([replace(screening, revision=draft.revision)], now=world.now, new_id=new_id)


def everywhere(world):
    """All that the database holds, as text."""
    with world.store.read() as tx:
        names = ("comments", "revisions", "signals", "readings", "decisions", "audit", "outbox")
        return "\n".join(
            str(row)
            for name in names
            for row in tx._connection.execute(text(f"SELECT * FROM {name}"))
        )


def found(world, words):
    wanted = QueueFilter((world.site,), None, words=searched_words(words))
    with world.store.read() as tx:
        return len(tx.queue_keys(wanted, after=None, limit=5).keys)


def test_the_words_are_gone_from_everywhere_and_nothing_else_is(world):
    """The text around stays, the evidence moves along, and the search does not find them."""
    before = f"Call Zebediah at {PHONE}, or {PHONE}! Idiots, all."
    comment_id = world.add(before)
    (draft,) = world.lease(comment_id)
    at = before.index(PHONE)
    conclude(
        world, draft, State.APPROVED,
        Signal("PERSONAL_PHONE", 1.0, detail=PHONE, spans=((at, at + len(PHONE)),)),
        Signal("INSULT", 1.0, detail="idiots", spans=((before.index("Idiots"), before.index("Idiots") + 6),)),
    )  # fmt: skip
    assert found(world, "Zebediah") == 1
    thread = world.position().thread.version
    assert redact(world, comment_id, PHONE, "Zebediah") == 3
    after = f"Call {MARK} at {MARK}, or {MARK}! Idiots, all."
    assert shown(world) == [(after, False)]
    assert world.position().thread.version > thread
    assert found(world, "Zebediah") == 0
    assert found(world, "Idiots") == 1
    everything = everywhere(world)
    assert "7946" not in everything
    assert "Zebediah" not in everything
    with world.store.read() as tx:
        kept = {one.symbol: one for one in tx.stored_signals(world.site.id, comment_id, 0)}
    assert kept["PERSONAL_PHONE"] == StoredSignal("PERSONAL_PHONE", "", ())
    ((start, end),) = kept["INSULT"].spans
    assert (after[start:end], kept["INSULT"].detail) == ("Idiots", "idiots")


def test_edits_are_redacted_too_and_undoing_brings_nothing_back(world):
    """A decision is undone, the redaction stays: the words are nowhere any more."""
    comment_id = world.add_decided(State.APPROVED, f"I am at {PHONE}")
    edit(world, comment_id, f"You are at {PHONE}")
    (draft,) = lease(world, comment_id, 2)
    conclude(world, draft, State.HELD, Signal("PERSONAL_PHONE", 1.0, spans=((11, 27),)))
    decide(world, comment_id, Action.APPROVE, revision=2)
    approved = last(world, comment_id)
    assert redact(world, comment_id, PHONE) == 1
    assert shown(world) == [(f"You are at {MARK}", True)]
    assert undo(world, approved) is State.HELD
    assert shown(world) == [(f"I am at {MARK}", False)]
    assert "7946" not in everywhere(world)
    assert len(record(world, comment_id)) == 4


def test_what_was_learned_is_read_again(world):
    """The lesson stays, and is of the text as it is now."""
    comment_id = world.add_decided(State.HELD, f"Call {PHONE}")
    decide(world, comment_id, Action.REJECT)
    with world.store.write() as tx:
        (lesson,) = tx.lessons_of(world.site.id, comment_id)
        tx.keep_readings(world.site.id, [replace(lesson, reading=b"numbers")])
        before = tx.filter_versions([world.site.id])
    redact(world, comment_id, PHONE)
    with world.store.read() as tx:
        (after,) = tx.lessons_of(world.site.id, comment_id)
        assert tx.filter_versions([world.site.id]) != before
    assert after == replace(lesson, reading=b"")


def test_refusals_change_nothing(world):
    """Somebody else's site, a role, an old version, words that do not stand there, too many."""
    comment_id = world.add_decided(State.HELD, "Nothing to see.")
    seen = version(world, comment_id)
    viewer = Moderator(new_id(), "Vera", (Membership(Role.VIEWER),))
    stranger = Moderator(new_id(), "Eve", (Membership(Role.ADMIN, new_id()),))
    for quotes, given, expected in (
        (("see",), {"who": viewer}, Forbidden),
        (("see",), {"who": stranger}, NotFound),
        (("see",), {"seen": seen + 1}, StaleVersion),
        (("hear",), {}, TransitionRefused),
        ((), {}, TransitionRefused),
        (("x",), {}, TransitionRefused),
        (("x" * 301,), {}, TransitionRefused),
        (tuple(f"word {one}" for one in range(31)), {}, TransitionRefused),
    ):
        with pytest.raises(expected):
            redact(world, comment_id, *quotes, **given)
    assert version(world, comment_id) == seen
    with pytest.raises(NotFound):
        redact(world, new_id(), "see", seen=1)


def test_places_overlap_once_and_marks_stay_whole():
    """Words inside others are one place; what was removed before is not removed again."""
    body = "ab abc abcd"
    assert places(body, ["abc", "bcd", "ab"]) == [(0, 2), (3, 6), (7, 11)]
    once = redacted(body, places(body, ["abc"]))
    assert once == f"ab {MARK} {MARK}d"
    assert places(once, ["removed", "moderator]", "by a"]) == []
    signal = StoredSignal("X", "says abc", ((0, 2), (3, 6), (10, 11)))
    moved = redacted_signal(signal, [(3, 6)], ["abc"])
    assert moved == StoredSignal("X", "", ((0, 2), (10 + len(MARK) - 3, 11 + len(MARK) - 3)))
