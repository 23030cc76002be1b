"""What readers are told, in each language that there is: one JSON file a language in this folder.

`form` is what the comment form says, `faults` what may be wrong with a field, `status` what an
author is told of a comment's fate, `widget` and `deeds` the widget's own words, which
`tests/js/build.mjs` makes into the scripts that browsers load. To add a language, add its file and
build. Every file has the keys of `en.json`; a test fails for one that is missing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class FormWords:
    """`fields` has a label for each name in `core.form.form_fields`."""

    heading: str
    note: str
    submit_label: str
    fields: Mapping[str, str]
    leave_empty: str
    """What stands at the field for programs, for the few people who meet it."""


def read_language_files() -> Mapping[str, Mapping[str, Any]]:
    """Every file's content by its ISO 639-1 code, in the order of the codes."""
    found = {
        entry.name.removesuffix(".json"): json.loads(entry.read_text("utf-8"))
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".json")
    }
    return MappingProxyType(dict(sorted(found.items())))


_FILES = read_language_files()

FORM_WORDS: Mapping[str, FormWords] = MappingProxyType(
    {code: FormWords(**content["form"]) for code, content in _FILES.items()}
)

FAULT_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {code: MappingProxyType(content["faults"]) for code, content in _FILES.items()}
)
"""What is wrong with a field by the code of the fault, for forms that are not English."""

STATUS_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {code: MappingProxyType(content["status"]) for code, content in _FILES.items()}
)
"""What an author is told of what became of a comment, and why."""

WIDGET_WORDS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        code: MappingProxyType({**content["deeds"], **content["widget"]})
        for code, content in _FILES.items()
    }
)
"""The widget's words, for pages that say the same where there are no scripts."""

RIGHT_TO_LEFT = frozenset(code for code, content in _FILES.items() if content["direction"] == "rtl")


def plural(forms: Mapping[str, str], number: int, language: str) -> str:
    """The text whose plural form fits a number (rules of CLDR for whole numbers)."""
    text = forms.get(_plural_form(number, language), forms["other"])
    return text.replace("{n}", str(number))


def _plural_form(number: int, language: str) -> str:
    if language == "ar":
        exact = {0: "zero", 1: "one", 2: "two"}
        rest = number % 100
        few, many = range(3, 11), range(11, 100)
        return exact.get(number) or ("few" if rest in few else "many" if rest in many else "other")
    singular = {0, 1} if language == "fr" else {1}
    return "one" if number in singular else "other"


def best_language(tag: str) -> str:
    """The language of ours that a BCP 47 tag such as `de-AT` asks for, else English."""
    language = tag[:64].replace("_", "-").partition("-")[0].strip().lower()
    return language if language in _FILES else DEFAULT_LANGUAGE
