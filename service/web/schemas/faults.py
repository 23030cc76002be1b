"""How schemas report: stable codes with a sentence each, collected with pointers for all fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from service.core.addresses import OWN_ADDRESS
from service.core.errors import FieldProblem, InvalidSubmission
from service.web.json_door import pointer_part

_MAX_PROBLEMS = 50
"""An answer is not made longer than this by a body of thousands of unknown keys."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value. The message is for people and never repeats the value."""

    code: str
    message: str


MISSING = Fault("missing", "This field is required.")
INVALID = Fault("invalid", "This cannot be taken as it is.")
UNKNOWN = Fault("unknown", "This field is not known here.")
WRONG_TYPE_TEXT = Fault("wrong_type", "This must be text.")
WRONG_TYPE_OBJECT = Fault("wrong_type", "This must be an object.")
WRONG_TYPE_LIST = Fault("wrong_type", "This must be a list.")
WRONG_TYPE_NUMBER = Fault("wrong_type", "This must be a number.")
WRONG_TYPE_FLAG = Fault("wrong_type", "This must be true or false.")
CONTROL_CHARACTERS = Fault(
    "control_characters", "Please leave out line breaks and control characters."
)
INVALID_EMAIL = Fault("invalid_email", "This does not look like an e-mail address.")
INVALID_URL = Fault("invalid_url", "This does not look like a web address.")
RESERVED = Fault("reserved", "This name is reserved for the site's staff.")
ADDRESS_IN_NAME = Fault(
    "address_in_name",
    "There is an e-mail address in the name, where everybody would see it. Please write it in its "
    "own field only.",
)
OWN_ADDRESS_IN_CONTENT = Fault("own_address", OWN_ADDRESS)
OWN_ADDRESS_IN_LINK = Fault(
    "own_address", "This contains your own e-mail address; it would be public."
)
INVALID_ID = Fault("invalid_id", "This is not the id of a comment.")


BY_NAME = {
    "missing": MISSING,
    "unknown": UNKNOWN,
    "text": WRONG_TYPE_TEXT,
    "object": WRONG_TYPE_OBJECT,
    "list": WRONG_TYPE_LIST,
    "number": WRONG_TYPE_NUMBER,
    "flag": WRONG_TYPE_FLAG,
}
"""What fields and schemas put into marshmallow's `error_messages`, which take texts only."""


def too_long(limit: int) -> Fault:
    return Fault("too_long", f"Please use at most {limit:,} characters.")


def refuse(fault: Fault | Mapping[str, list[Fault]]) -> ValidationError:
    """The error to raise from a field: one fault, or those of its members by key."""
    return ValidationError([fault] if isinstance(fault, Fault) else dict(fault))


class StrictSchema(Schema):
    """A schema that refuses unknown fields and reports `Fault`s."""

    error_messages: dict[str, str] = {"unknown": "unknown", "type": "object"}  # noqa: RUF012 (marshmallow's interface)

    class Meta:
        unknown = RAISE

    def load_strictly(self, data: Any) -> Any:
        """The loaded value. Raises `InvalidSubmission` naming every bad field."""
        try:
            return self.load(data)
        except ValidationError as error:
            raise InvalidSubmission(*problems_of(error)) from None


def problems_of(error: ValidationError) -> tuple[FieldProblem, ...]:
    """Every fault with its RFC 6901 pointer, each pointer and code once."""
    found = dict.fromkeys(_walk(error.messages, ""))
    return tuple(found)[:_MAX_PROBLEMS]


def _walk(messages: Any, pointer: str) -> Iterator[FieldProblem]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            # Faults of a whole object stand under marshmallow's key `_schema`.
            yield from _walk(
                inner, pointer if key == "_schema" else f"{pointer}/{pointer_part(key)}"
            )
    else:
        for message in messages:
            # A message of marshmallow's own might repeat the value: it is not passed on.
            fault = message if isinstance(message, Fault) else BY_NAME.get(message, INVALID)
            yield FieldProblem(pointer, fault.code, fault.message)
