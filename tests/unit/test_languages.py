"""Languages: every file says everything that the English one does."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from service.core.languages import FAULT_WORDS, RIGHT_TO_LEFT, read_language_files
from service.web.schemas import faults

FILES = read_language_files()
ENGLISH = FILES["en"]
HOLES = re.compile(r"\{\w+\}")


def keys_of(tree: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Every key with its way there; the plural forms of a text are the text's own affair."""
    for key, value in tree.items():
        yield f"{path}/{key}"
        if isinstance(value, dict) and "other" not in value:
            yield from keys_of(value, f"{path}/{key}")


def texts_of(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from texts_of(value, f"{path}/{key}")
        else:
            yield f"{path}/{key}", value


@pytest.mark.parametrize("language", FILES)
def test_no_language_lacks_a_key(language: str) -> None:
    """Each file has the keys of the English one, no other, and a text for each."""
    assert list(keys_of(FILES[language])) == list(keys_of(ENGLISH))
    empty = [path for path, text in texts_of(FILES[language]) if not text.strip()]
    assert empty == []


@pytest.mark.parametrize("language", FILES)
def test_values_have_their_places(language: str) -> None:
    """What the English text leaves open for a name or a number, the other text does, too."""
    theirs = dict(texts_of(FILES[language]))
    for path, text in texts_of(ENGLISH):
        # A plural form for one or two may say the number in a word.
        if not path.endswith(("/zero", "/one", "/two")):
            assert set(HOLES.findall(text)) == set(HOLES.findall(theirs[path])), path


def test_the_languages_are_those_that_are_promised() -> None:
    """Six languages, of which Arabic is written from right to left."""
    assert set(FILES) == {"ar", "de", "en", "es", "fr", "zh"}
    assert frozenset({"ar"}) == RIGHT_TO_LEFT


def test_what_can_be_wrong_with_a_field_is_said_in_each_language() -> None:
    """The codes that a form's field can get from the server have words in every language."""
    declared = {one.code for one in vars(faults).values() if isinstance(one, faults.Fault)}
    told = set(FAULT_WORDS["en"])
    assert told <= declared | {"too_long", "unknown_parent"}
    assert {"missing", "too_long", "invalid_email", "invalid_url", "own_address"} <= told
