"""The linear models: n-grams that are the same everywhere, scores, evidence, and files that do not do."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from subjects import subject

from service.core.errors import SetupError
from service.core.signals import Signal
from workers.checks import Check
from workers.model.features import BUCKETS, NOBODYS, extract
from workers.model.linear import read_weights, write_weights
from workers.model.scores import WEIGHTS, Models, packaged_models
from workers.model.signals import LEAST, MOST, strength
from workers.pipeline import Pipeline
from workers.text import Text

ANY_TEXT = st.text(st.characters(), max_size=80)
INSULT = "You are a complete idiot and nobody likes you."
PRAISE = "Thank you for the recipe, the bread came out well."


def _buckets(text: str, place: int = 0, *neighbours: str) -> list[list[int]]:
    texts = [*neighbours[:place], text, *neighbours[place:]]
    kinds = extract(texts).kinds
    return [
        [one for one in kind.buckets[kind.edges[place] : kind.edges[place + 1]] if one != NOBODYS]
        for kind in kinds
    ]


def test_a_text_has_the_same_buckets_on_every_machine() -> None:
    """These numbers are what the weights mean: should they change, the weights are worthless."""
    found = _buckets("so do i, naïve \U0001f600")
    assert [len(one) for one in found] == [16, 15, 14, 4, 3]
    assert [int(one[0]) for one in found] == [190422, 107023, 69601, 75554, 226529]
    assert all(0 <= one < BUCKETS for kind in found for one in kind)


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=3), st.integers(0, 3))
def test_neighbours_in_a_batch_change_nothing(text: str, others: list[str], place: int) -> None:
    """N-grams never reach from one text into the next, whatever the texts are."""
    assert _buckets(text, min(place, len(others)), *others) == _buckets(text)


@given(st.lists(ANY_TEXT, max_size=4))
def test_a_batch_gives_what_each_text_gives_alone(texts: list[str]) -> None:
    """To the last digit, since weights are summed as whole numbers."""
    models = packaged_models()
    together = models.score([Text(one) for one in texts])
    alone = [models.score([Text(one)])[0] for one in texts]
    assert [one.log_odds for one in together] == [one.log_odds for one in alone]


def test_long_texts_are_read_in_portions() -> None:
    """A batch may hold more than is worked on at once."""
    texts = [Text(PRAISE * 400), Text(INSULT), Text("x" * 70_000), Text("")]
    models = packaged_models()
    assert [one.log_odds for one in models.score(texts)] == [
        models.score([one])[0].log_odds for one in texts
    ]


def test_scores_tell_abuse_and_spam_from_ordinary_speech() -> None:
    """Clear cases are on their sides, also in a disguise that the front end undoes."""
    praise, insult, hidden, spam = packaged_models().score(
        [Text(one) for one in (
            PRAISE, INSULT, "You are a complete 1d10t and n.o.b.o.d.y likes you.",
            "Check out my channel and subscribe for free gift cards",
        )]
    )  # fmt: skip
    assert praise.evidence("abuse") < -1
    assert praise.evidence("spam") < -1
    assert insult.evidence("abuse") > 3
    assert hidden.evidence("abuse") > 1
    assert insult.probability("insult") > 0.5
    assert spam.evidence("spam") > 3
    assert spam.evidence("abuse") < 0


def test_evidence_stands_where_the_visitor_typed_it() -> None:
    """Spans are of the text as written, of whole words, and of those that speak for the label."""
    text = "Wel\u00adcome back. You complete \U0001d422\U0001d41d\U0001d422\U0001d428\U0001d42d!"
    found = signals_of_models(text)["MODEL_ABUSE"]
    assert "\U0001d422\U0001d41d\U0001d422\U0001d428\U0001d42d" in [
        text[start:end] for start, end in found.spans
    ]
    assert signals_of_models(PRAISE)["MODEL_ABUSE"].spans == ()
    assert found.detail.endswith(" to 1")


def signals_of_models(text: str) -> dict[str, Signal]:
    [found] = Pipeline().screen([subject(text)], lambda: None)
    return {one.symbol: one for one in found if one.symbol.startswith("MODEL_")}


@given(ANY_TEXT)
def test_spans_lie_in_any_text(text: str) -> None:
    """Evidence is asked for of texts of every kind."""
    [scores] = packaged_models().score([Text(text)])
    for label in packaged_models().labels:
        assert all(0 <= start < end <= len(text) for start, end in scores.spans(label))


def test_strength_rises_with_evidence_and_gives_it_back_as_points() -> None:
    """In the policy the bounds are worth what they are in log-odds; what speaks against, less."""
    values = np.linspace(-9, 9, 50)
    found = [strength(one) for one in values]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (0.0, 1.0)
    assert LEAST + (MOST - LEAST) * strength(2.5) == pytest.approx(2.5)
    assert LEAST + (MOST - LEAST) * strength(-2.0) == pytest.approx(-0.5)


# -- files -----------------------------------------------------------------------------------------


def _models(folder: Path, name: str = "abuse.npz", data: bytes | None = None) -> Models:
    """Those of a folder in which one file has other bytes, or is not there."""
    for path in WEIGHTS.glob("*.npz"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / name).unlink()
    if data is not None:
        (folder / name).write_bytes(data)
    return Models(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Without its weights nothing starts, and the message says what is to be done."""
    with pytest.raises(SetupError, match=r"abuse\.npz is missing: install Vestibule again"):
        _models(tmp_path)


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused(tmp_path: Path, keep: float) -> None:
    """Also one that was empty, as a full disk leaves it."""
    data = (WEIGHTS / "spam.npz").read_bytes()
    with pytest.raises(SetupError, match=r"spam\.npz cannot be used"):
        _models(tmp_path, "spam.npz", data[: int(len(data) * keep)])


def test_a_file_with_a_changed_byte_is_refused(tmp_path: Path) -> None:
    """Whichever it is: each array in the file has a checksum."""
    data = bytearray((WEIGHTS / "spam.npz").read_bytes())
    chance = random.Random(1)
    for _ in range(20):
        place = chance.randrange(2_000, len(data) - 2_000)
        data[place] ^= 0xFF
        with pytest.raises(SetupError):
            _models(tmp_path, "spam.npz", bytes(data))
        data[place] ^= 0xFF


def test_weights_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    """What is not a number, has another shape, or a calibration that falls."""
    weights, _ = read_weights(WEIGHTS / "spam.npz")
    for bad in (
        replace(weights, scales=np.array([np.nan])),
        replace(weights, table=weights.table[:5]),
        replace(weights, table=weights.table.astype(np.int32)),
        replace(weights, knots_x=weights.knots_x[:, ::-1]),
        replace(weights, labels=()),
        replace(weights, rates=np.array([0.5, 0.5])),
    ):
        write_weights(tmp_path / "bad.npz", bad)
        with pytest.raises(SetupError, match="cannot be used"):
            read_weights(tmp_path / "bad.npz")


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    """A file of objects would run code when it is read."""
    np.savez(tmp_path / "bad.npz", format=np.array([{}], dtype=object))
    with pytest.raises(SetupError):
        read_weights(tmp_path / "bad.npz")


def test_shipped_files_are_small_and_their_versions_are_told() -> None:
    """At most 4 MB each; a verdict's record says which weights were in force."""
    for path in WEIGHTS.glob("*.npz"):
        assert path.stat().st_size <= 4_000_000
    versions = Pipeline([]).versions()
    assert {"model_spam", "model_abuse"} <= set(versions)
    assert versions["model_spam"] != versions["model_abuse"]


# -- in the pipeline -------------------------------------------------------------------------------


class Choosy(Models):
    """Models that cannot read some texts, as a fault in a library would have it."""

    def score(self, texts):
        if any("unreadable" in one.written for one in texts):
            raise ArithmeticError
        return super().score(texts)


def test_a_comment_that_cannot_be_read_is_held_and_takes_nothing_from_the_others(caplog) -> None:
    """The batch is tried again one by one; the checks that ask for the scores name themselves."""
    texts = [PRAISE, "unreadable", INSULT]
    found = Pipeline(models=Choosy()).examine([subject(one) for one in texts], lambda: None)
    symbols = [{one.symbol: one for one in some.signals} for some in found]
    assert "CHECK_FAILED" in symbols[1]
    assert symbols[1]["CHECK_FAILED"].detail == "model_spam (Unread), model_abuse (Unread)"
    assert [some.scores is None for some in found] == [False, True, False]
    assert [one for one in found[2].signals if one.symbol == "MODEL_ABUSE"] == [
        signals_of_models(INSULT)["MODEL_ABUSE"]
    ]
    assert "ArithmeticError" in caplog.text
    assert "unreadable" not in caplog.text


def test_checks_that_ask_for_no_scores_run_without_them() -> None:
    """A fault in the models is a fault of what the models say, and of nothing else."""
    check = Check("one", lambda _: [Signal("SHOUTING")], ("SHOUTING",), "for this test")
    [found] = Pipeline([check], models=Choosy()).screen([subject("unreadable")], lambda: None)
    assert found == [Signal("SHOUTING")]
