"""A small language for patterns of words, compiled to regular expressions over words' codes.

| written     | means                                                            |
| ----------- | ---------------------------------------------------------------- |
| `word`      | this word                                                        |
| `<kind>`    | a word of this kind                                              |
| `a|<b>|c`   | one of these                                                     |
| `a?`        | this or nothing                                                  |
| `!a`, `-a`  | not followed by this; not following this                         |
| `_3`        | up to three words that neither deny, nor report, nor name others |
| `~3`        | any up to three words of the same sentence                       |
| `,`         | a comma                                                          |
| `^` and `$` | the beginning and the end of a sentence; `a|$` this word or the end |
| `( a | b )` | one of these rows of words; `( a )?` a row or nothing            |

Between two words of a pattern a comma may always stand. Gaps are bounded, so the time of a search
is linear in the number of words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workers.text import folded

BREAK = "."
COMMA = ","
QUOTE = '"'
OTHER = "o"
"""A word that no lexicon has."""

LITERALS = re.compile(r"(?<![<\w'])[^\W\d_][\w'*]*(?![\w'*>])")

_GAP_STOPS = ("not", "say", "i", "my", "he", "they", "you", "but", "who")
_SENTENCE_END = f"(?=[{BREAK}{QUOTE}])"
_SIGNS = {
    "(": "(?:",
    ")": ")",
    ")?": ")?",
    "|": "|",
    "^": f"(?<=[{BREAK}{QUOTE}])",
    "$": _SENTENCE_END,
    ",": COMMA,
}
_ELEMENT = re.compile(r"(?P<not>[!-])?(?P<body>[^?]+)(?P<maybe>\?)?\Z")


@dataclass(frozen=True, slots=True)
class Codes:
    """`kinds` gives the characters of a kind; those in `common` stand in nearly every text."""

    kinds: Mapping[str, str]
    common: frozenset[str]

    def of(self, name: str, line: str) -> str:
        try:
            return self.kinds[name]
        except KeyError:
            raise ValueError(f"no lexicon has words for {name!r} in the pattern {line!r}") from None


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """What a match means. In a text there is none without a character of each of `needs`;
    `anchor` is the rarest of these.
    """

    finding: str
    strength: float
    regex: re.Pattern[str]
    anchor: str
    needs: tuple[frozenset[str], ...]


def compile_pattern(line: str, codes: Codes, *, finding: str, strength: float) -> Pattern:
    """Raises `ValueError` with the line for what is not in the language."""
    stops = "".join(codes.kinds.get(kind, "") for kind in _GAP_STOPS)
    parts: list[str] = []
    needs = _Needs()
    for written in line.split():
        if written in _SIGNS:
            parts.append(_SIGNS[written])
            needs.see_sign(written)
        elif written[0] in "_~" and written[1:].isdecimal():
            kept = f"{BREAK}{QUOTE}" + (stops if written[0] == "_" else "")
            parts.append(f"[^{kept}]{{0,{int(written[1:])}}}?")
        else:
            regex, needed = _element(written, codes, line)
            parts.append(regex)
            needs.see_word(needed)
    must = needs.of_all()
    if not must:
        raise ValueError(f"brackets do not match, or no word must be there, in {line!r}")
    anchor = min(must, key=lambda some: (not codes.common.isdisjoint(some), len(some)))
    others = tuple({frozenset(some) for some in must if some != anchor})
    return Pattern(finding, strength, re.compile("".join(parts)), anchor, others)


class _Needs:
    """What a match cannot do without, worked out along the pattern."""

    def __init__(self) -> None:
        # Of each open bracket, and of each row in it, the characters of which one must be there.
        self._rows: list[list[list[str]]] = [[[]]]
        self._balanced = True

    def see_word(self, some: str) -> None:
        if some:
            self._rows[-1][-1].append(some)

    def see_sign(self, sign: str) -> None:
        if sign == "(":
            self._rows.append([[]])
        elif sign == "|":
            self._rows[-1].append([])
        elif sign in {")", ")?"} and len(self._rows) > 1:
            ended = self._rows.pop()
            if sign == ")" and all(ended):
                self.see_word("".join(min(row, key=len) for row in ended))
        elif sign in {")", ")?"}:
            self._balanced = False

    def of_all(self) -> list[str]:
        """For each word that every match has, its characters; nothing if brackets do not match."""
        [*opened, rows] = self._rows
        return rows[0] if self._balanced and not opened and len(rows) == 1 else []


def _element(written: str, codes: Codes, line: str) -> tuple[str, str]:
    """The regex of one word, and its characters if there is no match without it."""
    match = _ELEMENT.match(written)
    if match is None:
        raise ValueError(f"cannot read {written!r} in the pattern {line!r}")
    words = [one for one in match["body"].split("|") if one != "$"]
    names = [
        one[1:-1] if one.startswith("<") and one.endswith(">") else f"={folded(one)}"
        for one in words
    ]
    some = "".join(sorted(set("".join(codes.of(name, line) for name in names))))
    if match["not"]:
        return (f"(?!{COMMA}?[{some}])" if match["not"] == "!" else f"(?<![{some}])"), ""
    if match["maybe"]:
        return f"(?:{COMMA}?[{some}])?", ""
    if len(words) < match["body"].count("|") + 1:
        return f"(?:{COMMA}?[{some}]|{_SENTENCE_END})", ""
    return f"{COMMA}?[{some}]", some
