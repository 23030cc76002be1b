"""Honest comments that sound like trouble, in thirty languages, under the packaged policy."""

import json
from pathlib import Path

import pytest
from subjects import subject

from service.core.policy import decide, packaged_policy
from service.core.states import State
from workers.model.deep import installed_second_reader
from workers.pipeline import Pipeline

FILE = Path(__file__).parents[1] / "data" / "everyday.jsonl"

# What only words can show; models may be wrong about a line, which the policy allows for.
SURE = {
    "INSULT", "THREAT", "IDENTITY_ATTACK", "SEXUAL_CONTENT", "SELF_HARM_RISK", "SELF_HARM_ENCOURAGED",
    "GIBBERISH", "OBFUSCATED_WORDS", "MIXED_SCRIPT_WORD", "INVISIBLE_CHARACTERS",
    "PERSONAL_PHONE", "PAYMENT_CARD", "EMAIL_IN_TEXT", "MANY_LINKS",
}  # fmt: skip
SEEN_MAX, HELD_MAX = 0.02, 0.05


@pytest.fixture(scope="module")
def found():
    """Each text with its signals."""
    texts = [json.loads(line)["text"] for line in FILE.read_text("utf-8").splitlines()]
    pipeline = Pipeline(second=installed_second_reader())
    signals = pipeline.screen([subject(text) for text in texts], lambda: None)
    return dict(zip(texts, signals, strict=True))


def test_checks_of_words_take_them_for_what_they_are(found) -> None:
    """No check by itself sees much where there is nothing."""
    seen = {
        text: sorted(SURE & {one.symbol for one in some})
        for text, some in found.items()
        if SURE & {one.symbol for one in some if one.strength > 0.5}
    }
    assert len(seen) <= SEEN_MAX * len(found), seen


def test_nearly_all_are_shown(found) -> None:
    """Few are held, none is refused; they were chosen to be hard."""
    policy = packaged_policy()
    states = {text: decide(some, policy).state for text, some in found.items()}
    held = [text for text, state in states.items() if state is not State.APPROVED]
    assert len(held) <= HELD_MAX * len(found), held
    assert [text for text in held if states[text] is not State.HELD] == []
