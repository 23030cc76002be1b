"""The lexicons as data: which words belong to which kinds, and which patterns they form.

A file in `workers/lexicons` has up to four tables. `[words]` lists words by kind, separated by
white space; `idiot[|s|ic]` stands for three words, and a word may belong to several kinds and
files. `[patterns.F]` has, by strength, patterns (see `patterns.py`) that make the finding F.
`[macros]` are rows of words that patterns name in braces. `[guards]` names for each finding the
circumstances in which the words are not the writer's own attack. `[harmless]` lists by language
words that in it mean something else ("hell" is German for bright); patterns that name such a word
itself still find it. What lies in a finding named `idiom` is no other finding.

Each distinct set of kinds gets a character of its own, so that a text becomes a string with one
character a word, and patterns become ordinary regular expressions over it.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workers.lexicons import expanded, lexicon_files
from workers.text import folded
from workers.wording.patterns import LITERALS, OTHER, Codes, Pattern, compile_pattern

_FIRST_CODE = 0xE000  # The private use area: no code is a letter or a sign of its own.

_MASKED_KINDS = ("slur", "strong", "explicit", "insult_noun", "violence", "weak_slur")
"""Where two words have the same mask, it is of the kind that stands first."""

_MASKED_MIN, _MASKED_MAX = 4, 12
_VOWELS = re.compile("[aeiouy]")

COMMON_KINDS = frozenset(
    [
        *("frequent", "you", "your", "i", "my", "he", "they", "article", "be", "not", "all"),
        *("should", "will", "say", "but", "with", "who", "person", "filler"),
    ]
)
"""Words of these kinds stand in nearly every text, so no search begins with them."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`codes` leads from a word to its character, from coarse words with asterisks for letters
    ("f**k") too. `elsewhere` has for words that are harmless in some languages these and their
    characters there. `by_code` leads from a character to the patterns that are worth a search where
    it stands. `circumstances` are searched in the words before a finding, `answered` in its
    sentence; `guards` says for which finding which of them matter.
    `groups` has the characters of words for groups of people.
    """

    codes: Mapping[str, str]
    elsewhere: Mapping[str, Mapping[str, str]]
    by_code: Mapping[str, tuple[Pattern, ...]]
    guards: Mapping[str, frozenset[str]]
    circumstances: tuple[tuple[str, re.Pattern[str]], ...]
    answered: re.Pattern[str]
    groups: frozenset[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """All files of `workers/lexicons`, read once."""
    return build(lexicon_files().values())


class _Written:
    """What the files say, put together; words folded, macros not yet replaced."""

    def __init__(self, files: Iterable[Mapping[str, Any]]) -> None:
        self.kinds_of: dict[str, set[str]] = defaultdict(set)
        self.harmless: dict[str, set[str]] = defaultdict(set)
        self.guards: dict[str, frozenset[str]] = {}
        self._patterns: list[tuple[str, float, str]] = []
        self._macros: dict[str, str] = {}
        for data in files:
            self._macros.update(data.get("macros", {}))
            guards = data.get("guards", {})
            self.guards.update({name: frozenset(some) for name, some in guards.items()})
            _sort_in(data.get("words", {}), self.kinds_of)
            _sort_in(data.get("harmless", {}), self.harmless)
            for finding, by_strength in data.get("patterns", {}).items():
                for strength, lines in by_strength.items():
                    self._patterns += [(finding, float(strength), line) for line in lines]

    def patterns(self) -> list[tuple[str, float, str]]:
        """Finding, strength and line of each."""
        return [
            (finding, strength, _replaced(line, self._macros))
            for finding, strength, line in self._patterns
        ]


def build(files: Iterable[Mapping[str, Any]]) -> Lexicon:
    written = _Written(files)
    kinds_of, harmless, patterns = written.kinds_of, written.harmless, written.patterns()
    for _, _, line in patterns:
        for word in LITERALS.findall(line):
            kinds_of[folded(word)].add(f"={folded(word)}")
    kinds_of |= _masked(kinds_of)
    there = {word: _named_only(kinds_of[word]) for word in harmless}
    characters = _characters([*map(frozenset, kinds_of.values()), *there.values()])
    kinds = _members(characters)
    common = frozenset().union(*(kinds.get(kind, "") for kind in COMMON_KINDS))
    table = Codes(kinds, common)
    by_code: dict[str, list[Pattern]] = defaultdict(list)
    for finding, strength, line in patterns:
        pattern = compile_pattern(line, table, finding=finding, strength=strength)
        for code in pattern.anchor:
            by_code[code].append(pattern)
    return Lexicon(
        codes={word: characters[frozenset(some)] for word, some in kinds_of.items()},
        elsewhere={
            word: dict.fromkeys(languages, characters[there[word]])
            for word, languages in harmless.items()
        },
        by_code={code: tuple(some) for code, some in by_code.items()},
        guards=written.guards,
        circumstances=_circumstances(kinds),
        answered=re.compile("(?<![{not}])(?<![{not}].)[{denounce}]".format_map(kinds)),
        groups=frozenset(kinds.get("group", "")),
    )


def _masked(kinds_of: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Coarse words as newspapers print them, asterisks for a vowel, all vowels, or a row inside."""
    masked: dict[str, set[str]] = {}
    for kind in _MASKED_KINDS:
        for word in sorted(one for one, kinds in kinds_of.items() if kind in kinds):
            if not word.isalpha() or not _MASKED_MIN <= len(word) <= _MASKED_MAX:
                continue
            rows = itertools.combinations(range(1, len(word)), 2)
            forms = [f"{word[:a]}{'*' * (b - a)}{word[b:]}" for a, b in rows]
            for form in (*forms, word[0] + _VOWELS.sub("*", word[1:-1]) + word[-1]):
                if form not in kinds_of:
                    masked.setdefault(form, kinds_of[word])
    return masked


def _sort_in(lists: Mapping[str, str], names_of: dict[str, set[str]]) -> None:
    """Add the name of each list to those of each of its words."""
    for name, words in lists.items():
        for word in expanded(words):
            names_of[folded(word)].add(name)


def _replaced(line: str, macros: Mapping[str, str]) -> str:
    for name, row in macros.items():
        line = line.replace(f"{{{name}}}", row)
    return line


def _circumstances(kinds: Mapping[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """How the words before a finding end where it is reported, denied, or said of oneself."""
    forms = (
        ("reported", r"(?<![{i}])(?<![{i}].)[{say}][^{but}]{{0,7}}\Z"),
        ("reported", r"[{mention}].{{0,2}}\Z"),
        ("denied", r"[{not}][^{but},]{{0,3}}\Z"),
        ("own", r"(?:[{i}{my}][{be}]|[{i_am}])[^{you}{your}{this}{they}{with}]{{0,3}}\Z"),
        ("own", r"[{my}][^{you}{your}{this}{they}{with}]?\Z"),
    )
    return tuple((name, re.compile(form.format_map(kinds))) for name, form in forms)


def _named_only(kinds: set[str]) -> frozenset[str]:
    """What is left of a word's kinds where it means something else: that patterns name it."""
    return frozenset(kind for kind in kinds if kind.startswith("="))


def _characters(sets: Iterable[frozenset[str]]) -> dict[frozenset[str], str]:
    """A character for each distinct set of kinds; a word without any is like all others."""
    characters = {frozenset[str](): OTHER}
    for some in sets:
        characters.setdefault(some, chr(_FIRST_CODE + len(characters)))
    return characters


def _members(characters: Mapping[frozenset[str], str]) -> dict[str, str]:
    """For each kind the characters of its words."""
    members: dict[str, set[str]] = defaultdict(set)
    for kinds, character in characters.items():
        for kind in kinds:
            members[kind].add(character)
    return {kind: "".join(sorted(some)) for kind, some in members.items()}
