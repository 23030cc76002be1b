"""A site's own filter as a function of its lessons: what it says, when, and what cannot move it."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from lecture import KEY, NOW, features, lesson, lessons, said, text_of, trained
from subjects import subject
from test_checks_on_any_text import ANY_TEXT

from service.core.lessons import Label
from service.core.policy import decide, packaged_policy
from service.core.signals import Signal
from service.core.states import State
from workers.checks.site_filter import check_site_filter
from workers.material import Material
from workers.site_filter.features import FEATURES_MAX, Features
from workers.site_filter.readings import is_reading, read_lesson, scheme, unpacked
from workers.site_filter.trained import filter_from
from workers.text import SPANS_MAX, Text

OK, SPAM, ABUSE = Label.OK, Label.SPAM, Label.ABUSE


# -- what it says ----------------------------------------------------------------------------------


def test_it_says_what_moderators_would() -> None:
    """After two hundred decisions it tells new spam, new abuse and new honest comments apart."""
    made = trained(lessons(100, 60, 60))
    seeds = range(1_000, 1_100)
    for label, least in ((SPAM, 1.5), (ABUSE, 1.5), (OK, 0.5)):
        found = [said(made, text_of(label, seed)) for seed in seeds]
        assert sum(one.get(label, 0.0) > least for one in found) >= 90
        if label is OK:
            assert sum(bool({SPAM, ABUSE} & one.keys()) for one in found) <= 3


def test_it_is_silent_until_it_has_twenty_different_lessons_of_each_kind() -> None:
    """Nineteen are too few, and so are twenty of which two are the same."""
    assert not trained([]).speaks
    assert not trained(lessons(100, 19)).speaks
    assert not trained(lessons(19, 100)).speaks
    assert not trained([*lessons(100, 19), lesson(SPAM, 3, number=99)]).speaks
    assert trained(lessons(20, 20)).speaks


def test_it_is_silent_where_it_has_proved_nothing() -> None:
    """Labels by the toss of a coin cannot be foretold, so the filter has nothing to say."""
    toss = Random(7)
    coins = [lesson(OK, seed, taught=toss.choice([OK, SPAM])) for seed in range(400)]
    made = trained(coins)
    strongest = max(said(made, text_of(OK, seed)).get(SPAM, 0.0) for seed in range(1_000, 1_100))
    assert strongest < 0.5


def test_what_it_may_say_grows_with_what_it_has_proved() -> None:
    """More decisions foretold, more weight; and never more than was foretold."""
    weights = [trained(lessons(number, number)).proofs()[0].log_odds for number in (25, 80, 250)]
    assert weights == sorted(weights)
    assert 1 < weights[0] < 3.5
    assert 3.5 < weights[2] < 7


def test_it_says_less_when_moderators_stop_agreeing_with_it() -> None:
    """The proof is on the latest decisions: a filter that goes wrong loses its voice."""
    good = lessons(150, 150)
    wrong = [
        lesson(label, 500 + seed, taught=SPAM if label is OK else OK)
        for label in (OK, SPAM)
        for seed in range(300)
    ]
    before = said(trained(good), text_of(SPAM, 9_999))[SPAM]
    after = said(trained([*good, *wrong[:150], *wrong[300:450]]), text_of(SPAM, 9_999))
    assert after.get(SPAM, 0.0) < before / 2


# -- what does not matter --------------------------------------------------------------------------


def test_the_order_in_which_lessons_come_does_not_matter() -> None:
    """Two processes that learned the same have the same filter, to the last digit."""
    some = lessons(60, 50, 30)
    shuffled = some.copy()
    Random(1).shuffle(shuffled)
    one, other = trained(some), trained(shuffled)
    assert one.digest() == other.digest()
    assert one.proofs() == other.proofs()
    for seed in range(20):
        asked = features(text_of(SPAM, seed))
        assert one.opinions(asked) == other.opinions(asked)


def test_which_label_is_more_frequent_does_not_matter_much() -> None:
    """Ten times as many honest comments do not make every comment look honest, nor spam."""
    made = trained(lessons(400, 40))
    spam = [said(made, text_of(SPAM, seed)) for seed in range(1_000, 1_040)]
    honest = [said(made, text_of(OK, seed)) for seed in range(1_000, 1_040)]
    assert sum(SPAM in one for one in spam) >= 34
    assert sum(SPAM in one for one in honest) <= 1


def test_it_forgets_slowly() -> None:
    """What was taught half a year ago still counts; after many years it has faded."""
    some = lessons(60, 60)
    word = text_of(SPAM, 1_000)
    now, soon, late = (
        said(trained(some, NOW + timedelta(weeks=weeks)), word).get(SPAM, 0.0)
        for weeks in (0, 26, 52 * 12)
    )
    assert soon > 0.8 * now
    assert late < 0.5 * now


# -- floods ----------------------------------------------------------------------------------------


def test_five_hundred_copies_teach_like_a_few_texts() -> None:
    """A campaign that is decided in bulk does not drown what else was taught."""
    campaign = "casino " + " ".join(f"word{place} bread" for place in range(40))
    copies = [
        lesson(SPAM, 0, number=5_000 + place, text=f"{campaign} {place}") for place in range(500)
    ]
    base = lessons(60, 60)
    with_copies = trained([*base, *copies])
    seeds = range(1_000, 1_100)
    spam = [said(with_copies, text_of(SPAM, seed)).get(SPAM, 0.0) for seed in seeds]
    honest = [said(with_copies, text_of(OK, seed)).get(SPAM, 0.0) for seed in seeds]
    assert sum(one > 1 for one in spam) >= 90
    assert sum(one > 1 for one in honest) <= 1


def test_one_moderator_gone_wrong_cannot_turn_the_filter_in_a_day() -> None:
    """Four hundred honest comments marked as spam by one person on one day change little."""
    base = lessons(300, 300)
    base = [replace(one, at=NOW - timedelta(days=1 + place % 30)) for place, one in enumerate(base)]
    flood = [lesson(OK, 2_000 + place, taught=SPAM, teacher="eve", at=NOW) for place in range(400)]
    made = trained([*base, *flood])
    wrong = sum(said(made, text_of(OK, seed)).get(SPAM, 0.0) > 1 for seed in range(5_000, 5_100))
    assert wrong == 0


# -- texts, numbers and bytes ----------------------------------------------------------------------


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_text_can_be_read_and_asked_about(text, name, url) -> None:
    """Whatever is typed becomes a bounded number of features, and the same ones each time."""
    reading = read_lesson(KEY, text, name, url)
    again = unpacked(read_lesson(KEY, text, name, url))
    assert unpacked(reading).numbers.tolist() == again.numbers.tolist()
    assert 0 < len(again.numbers) <= FEATURES_MAX
    assert reading.startswith(scheme(KEY))


def test_long_texts_are_sampled_so_that_no_beginning_hides_the_end() -> None:
    """Words from everywhere are kept, and a copy keeps the same ones."""
    long = " ".join(f"innocent{number}" for number in range(3_000)) + " jackpot" * 50
    found = Features(Text(long), "", None, KEY)
    assert len(found.numbers) <= FEATURES_MAX
    last = Features(Text(" ".join(long.split()[1_500:])), "", None, KEY)
    assert len(set(found.numbers.tolist()) & set(last.numbers.tolist())) > 20


def test_another_key_gives_other_numbers() -> None:
    """What one site keeps tells nothing of another's words, and a reading shows whose it is."""
    mine = Features(Text(text_of(SPAM, 1)), "Jane", None, KEY).numbers
    other = Features(Text(text_of(SPAM, 1)), "Jane", None, b"another").numbers
    assert len(set(mine.tolist()) & set(other.tolist())) < 5
    assert scheme(KEY) != scheme(b"another")
    assert b"jackpot" not in read_lesson(KEY, "jackpot " * 9, "Jane", None)


@pytest.mark.parametrize("damage", [b"", b"abcd", b"\x00" * 40])
def test_damaged_bytes_are_taken_for_nothing(damage: bytes) -> None:
    """A reading or a snapshot that is not whole, or not ours, is made again, not misread."""
    made = trained(lessons(30, 30))
    reading = read_lesson(KEY, "some text", "Jane", None)
    assert is_reading(KEY, reading)
    assert filter_from(KEY, made.snapshot()) is not None
    for known, whole in ((is_reading, reading), (filter_from, made.snapshot())):
        assert not known(KEY, damage)
        assert not known(KEY, whole[:4] + damage)
        assert not known(KEY, whole[:-1])
        assert not known(b"another", whole)


def test_a_snapshot_is_the_filter() -> None:
    """A process that did not make the filter says the same as the one that did."""
    for some in ([], lessons(30, 10), lessons(60, 50, 30)):
        made = trained(some)
        again = filter_from(KEY, made.snapshot())
        assert again is not None
        assert (again.digest(), again.counts(), again.proofs(), again.speaks) == (
            made.digest(), made.counts(), made.proofs(), made.speaks,
        )  # fmt: skip
        for seed in range(20):
            for label in Label:
                asked = features(text_of(label, 1_000 + seed))
                assert again.opinions(asked) == made.opinions(asked)
                assert again.shares(SPAM, asked) == made.shares(SPAM, asked)


# -- the check -------------------------------------------------------------------------------------


ADVERT = "Hello there. Jackpot and bonus for the lucky, with casino spins and slots to win."


def signals(text: str, made) -> dict:
    material = Material(replace(subject(text, author_name="Jane"), site_filter=made))
    return {one.symbol: one for one in check_site_filter(material)}


def test_the_check_shows_how_sure_it_is_and_which_words_it_was() -> None:
    """A moderator reads on how many decisions it rests, and sees the words in the text."""
    made = trained(lessons(100, 100))
    found = signals(ADVERT, made)
    assert set(found) == {"SITE_FILTER_SPAM"}
    one = found["SITE_FILTER_SPAM"]
    assert 0.3 < one.strength <= 1
    assert "learned from 200 decisions" in one.detail
    words = {ADVERT[start:end].lower() for start, end in one.spans}
    assert {"jackpot", "bonus", "casino"} <= words
    assert "hello" not in words
    assert len(one.spans) <= SPANS_MAX


def test_well_proved_it_holds_by_itself_and_is_not_the_last_word() -> None:
    """After some hundreds of decisions the filter alone holds spam; to refuse takes more."""

    def verdict(number: int) -> State:
        found = signals(ADVERT, trained(lessons(number, number))).values()
        return decide([*found, Signal("FIRST_TIME_AUTHOR")], packaged_policy()).state

    assert verdict(40) is State.APPROVED
    assert verdict(250) is State.HELD


def test_the_check_says_what_is_honest_without_pointing_at_it() -> None:
    """What resembles approved comments takes a little off, and shows no words."""
    found = signals(text_of(OK, 4_000), trained(lessons(100, 100)))
    assert set(found) == {"SITE_FILTER_OK"}
    assert found["SITE_FILTER_OK"].spans == ()


def test_without_a_filter_the_check_is_silent() -> None:
    """A new site has none, and one that has proved nothing is not asked."""
    assert signals(text_of(SPAM, 1), None) == {}
    assert signals(text_of(SPAM, 1), trained(lessons(10, 10))) == {}


@given(ANY_TEXT)
def test_the_check_breaks_on_no_text(text: str) -> None:
    """Evidence lies inside what was typed, whatever that is."""
    for one in signals(text, _MADE).values():
        assert 0 < one.strength <= 1
        assert all(0 <= start < end <= len(text) for start, end in one.spans)
        assert list(one.spans) == sorted(one.spans)


_MADE = trained(lessons(60, 60, 30))
