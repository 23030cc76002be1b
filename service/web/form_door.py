"""The door for HTML form posts: the same strictness as for JSON, so that both end in one schema."""

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from service.web.json_door import BadBody, MediaTypeRefused, is_utf8, pointer_part

MAX_FORM_FIELDS = 40


class BadForm(BadBody):
    code = "bad_form"
    title = "The form cannot be read"


def is_form(content_type: str | None) -> bool:
    return parse_options_header(content_type)[0].lower() in {
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }


def read_form(body: bytes, content_type: str | None) -> dict[str, str]:
    """The fields of an HTML form post, without files.

    Raises `MediaTypeRefused` for another kind of content, `BadForm` for fields that stand twice,
    are too many, are no UTF-8 or hold a NUL, and for files.
    """
    media_type, options = parse_options_header(content_type)
    media_type = media_type.lower()
    if not is_utf8(options):
        raise MediaTypeRefused("Forms are taken in UTF-8 only.")
    if media_type == "application/x-www-form-urlencoded":
        pairs = _urlencoded(body)
    elif media_type == "multipart/form-data":
        pairs = _multipart(body, options.get("boundary", ""))
    else:
        raise MediaTypeRefused("A form must be sent as an HTML form sends it.")
    fields: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        if len(fields) >= MAX_FORM_FIELDS:
            raise BadForm(f"A form may have at most {MAX_FORM_FIELDS} fields.")
        name = _form_text(raw_name, None)
        place = f"/{pointer_part(name)}"
        if name in fields:
            raise BadForm("A field stands twice in the form.", pointer=place)
        fields[name] = _form_text(raw_value, place)
    return fields


def _urlencoded(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    # The count comes before the split, so that a body of `&` makes no list of a million pieces.
    if body.count(b"&") > MAX_FORM_FIELDS * 2:
        raise BadForm(f"A form may have at most {MAX_FORM_FIELDS} fields.")
    for piece in body.split(b"&"):
        if piece:
            name, _, value = piece.replace(b"+", b" ").partition(b"=")
            yield unquote_to_bytes(name), unquote_to_bytes(value)


def _multipart(body: bytes, boundary: str) -> Iterator[tuple[bytes, bytes]]:
    if not 1 <= len(boundary) <= 70 or not boundary.isascii():  # noqa: PLR2004 (RFC 2046, 5.1.1)
        raise BadForm("The form names no usable boundary.")
    decoder = MultipartDecoder(
        boundary.encode("ascii"), max_form_memory_size=len(body) + 1, max_parts=MAX_FORM_FIELDS
    )
    name: bytes | None = None
    value = bytearray()
    try:
        decoder.receive_data(body)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, File):
                raise BadForm("Files are not taken here.")
            if isinstance(event, Field):
                name, value = _part_name(event), bytearray()
            elif isinstance(event, Data) and name is not None:
                value += event.data
                if not event.more_data:
                    yield name, bytes(value)
    except RequestEntityTooLarge:
        raise BadForm(f"A form may have at most {MAX_FORM_FIELDS} fields.") from None
    except ValueError:
        raise BadForm("The form's parts cannot be read.") from None


def _part_name(part: Field) -> bytes:
    _, options = parse_options_header(part.headers.get("Content-Type"))
    if not is_utf8(options):
        raise BadForm("Forms are taken in UTF-8 only.")
    name: str | None = part.name  # the decoder's annotation forgets parts without one
    if name is None:
        raise BadForm("A part of the form has no name.")
    return name.encode("utf-8")


def _form_text(raw: bytes, pointer: str | None) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadForm("A field is not UTF-8.", pointer=pointer) from None
    if "\0" in text:
        raise BadForm("A field has a character that cannot be stored (NUL).", pointer=pointer)
    return text
