"""A site's settings and origins as an operator gives them in JSON: strict types and bounds."""

import re
from collections.abc import Iterable
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from marshmallow import fields

from service.core.digests import COUNTED_MAX
from service.core.errors import FieldProblem, InvalidSubmission, InvalidURL
from service.core.form import NAME_MAX_CHARS
from service.core.proofs import ProofDemand
from service.core.site import CONTENT_MAX_CHARS_LIMIT, SiteSettings
from service.core.urls import origin_of
from service.web.schemas.faults import (
    INVALID_URL,
    MISSING,
    WRONG_TYPE_FLAG,
    WRONG_TYPE_LIST,
    WRONG_TYPE_NUMBER,
    WRONG_TYPE_TEXT,
    Fault,
    StrictSchema,
    refuse,
)
from service.web.schemas.text import Line

NAMES_MAX = 1_000
STAFF_LABEL_MAX_CHARS = 40
ORIGINS_MAX = 50
NETWORKS_MAX = 1_000

LANGUAGES_MAX = 50
_LANGUAGE = re.compile("[a-z]{2}")

NOT_A_LANGUAGE = Fault("not_a_language", 'A language is given by two small letters, such as "en".')
NEVER_ONE = Fault("out_of_range", "One network alone holds nothing: this is 0, or from 2 on.")
NOT_AN_ORIGIN = Fault("not_an_origin", "An origin is a scheme and a host only, without a path.")


class Flag(fields.Field[bool]):
    """true or false, and nothing that merely resembles them."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise refuse(WRONG_TYPE_FLAG)
        return value


class Whole(fields.Field[int]):
    """A whole number within bounds; `true` and `1.0` are none."""

    def __init__(self, minimum: int, maximum: int) -> None:
        super().__init__()
        self.minimum = minimum
        self.maximum = maximum

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise refuse(WRONG_TYPE_NUMBER)
        if not self.minimum <= value <= self.maximum:
            raise refuse(_out_of_range(self.minimum, self.maximum))
        return value


class Choice(fields.Field[str]):
    """One of a few words."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__()
        self.choices = choices

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str):
            raise refuse(WRONG_TYPE_TEXT)
        if value not in self.choices:
            raise refuse(Fault("unknown", f"This must be one of: {', '.join(self.choices)}."))
        return str(value)


class Networks(Whole):
    """A number of networks: none at all, or more than one."""

    def __init__(self) -> None:
        super().__init__(0, NETWORKS_MAX)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        number = super()._deserialize(value, *args, **kwargs)
        if number == 1:
            raise refuse(NEVER_ONE)
        return number


class Lines(fields.List[str | None]):
    """A list of distinct lines, in the order given."""

    def __init__(self, *, max_items: int, max_chars: int) -> None:
        super().__init__(
            Line(required=True, max_chars=max_chars), error_messages={"invalid": "list"}
        )
        self.max_items = max_items

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise refuse(WRONG_TYPE_LIST)
        if len(value) > self.max_items:
            raise refuse(_too_many(self.max_items))
        return tuple(dict.fromkeys(super()._deserialize(value, *args, **kwargs)))


class Languages(Lines):
    """ISO 639-1 codes."""

    def __init__(self) -> None:
        super().__init__(max_items=LANGUAGES_MAX, max_chars=2)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        codes = super()._deserialize(value, *args, **kwargs)
        faults = {
            str(place): [NOT_A_LANGUAGE]
            for place, one in enumerate(codes)
            if not _LANGUAGE.fullmatch(one)
        }
        if faults:
            raise refuse(faults)
        return codes


class SettingsSchema(StrictSchema):
    """Every field of `SiteSettings`; a test holds the two together. What is absent stays."""

    require_name = Flag()
    require_email = Flag()
    content_max_chars = Whole(1, CONTENT_MAX_CHARS_LIMIT)
    closed = Flag()
    hold_all = Flag()
    hold_first = Flag()
    edit_window_minutes = Whole(0, 24 * 60)
    digest_waiting = Whole(0, COUNTED_MAX)
    digest_after_minutes = Whole(0, 7 * 24 * 60)
    digest_pause_minutes = Whole(15, 7 * 24 * 60)
    hold_at_reports = Networks()
    proof_of_work = Choice(tuple(ProofDemand))
    proof_max_number = Whole(1_000, 10_000_000)
    languages = Languages()
    reserved_names = Lines(max_items=NAMES_MAX, max_chars=NAME_MAX_CHARS)
    staff_label = Line(required=False, max_chars=STAFF_LABEL_MAX_CHARS, empty="")


_SETTINGS = SettingsSchema()


def load_settings(data: Any, base: SiteSettings | None = None) -> SiteSettings:
    """`base` (the defaults if None) with the changes in `data`.

    Raises `InvalidSubmission` naming every bad setting.
    """
    return replace(base or SiteSettings(), **_SETTINGS.load_strictly(data))


def settings_to_json(settings: SiteSettings) -> dict[str, Any]:
    """The settings as `load_settings` takes them."""
    return {one.name: _plain(getattr(settings, one.name)) for one in dataclass_fields(settings)}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def load_origins(typed: Iterable[Any]) -> tuple[str, ...]:
    """Origins in their RFC 6454 spelling, each once. Raises `InvalidSubmission`.

    A trailing slash is forgiven; a path is not, since it would be taken for a limit that it is not.
    """
    texts = list(typed)
    if not texts or len(texts) > ORIGINS_MAX:
        fault = _too_many(ORIGINS_MAX) if texts else MISSING
        raise InvalidSubmission(FieldProblem("", fault.code, fault.message))
    results = [_origin(text) for text in texts]
    problems = [
        FieldProblem(f"/{index}", one.code, one.message)
        for index, one in enumerate(results)
        if isinstance(one, Fault)
    ]
    if problems:
        raise InvalidSubmission(*problems)
    return tuple(dict.fromkeys(one for one in results if isinstance(one, str)))


def _origin(typed: Any) -> str | Fault:
    if not isinstance(typed, str):
        return WRONG_TYPE_TEXT
    text = typed.strip()
    try:
        origin = origin_of(text)
    except InvalidURL:
        return INVALID_URL
    _, _, path, query, fragment = urlsplit(text)
    return NOT_AN_ORIGIN if path not in {"", "/"} or query or fragment else origin


def _out_of_range(minimum: float, maximum: float) -> Fault:
    return Fault("out_of_range", f"This must be from {minimum:,} to {maximum:,}.")


def _too_many(limit: int) -> Fault:
    return Fault("too_many", f"At most {limit:,} entries are taken.")
