"""Reading what remote checks answer: nothing in it is to be trusted."""

import json
from typing import Any

from service.core.errors import OutboundFailed

DETAIL_MAX_CHARS = 120


def json_object(body: bytes) -> dict[str, Any]:
    """Raises `OutboundFailed` where it is none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise OutboundFailed("the answer is no JSON") from None
    if not isinstance(data, dict):
        raise OutboundFailed("the answer is no JSON object")
    return data


def share(data: dict[str, Any], name: str) -> float:
    """A number from 0 to 1; 0 if it is absent. Raises `OutboundFailed` for anything else."""
    value = data.get(name, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OutboundFailed(f"{name} is no number")
    # NaN is neither, and an integer may be of any size: both are only ever compared.
    if not 0 <= value <= 1:
        raise OutboundFailed(f"{name} is not between 0 and 1")
    return float(value)


def plain(text: Any) -> str:
    """A short line that can be shown; empty if there is none."""
    if not isinstance(text, str):
        return ""
    words = "".join(one if one.isprintable() else " " for one in text).split()
    line = " ".join(words)
    return line if len(line) <= DETAIL_MAX_CHARS else line[: DETAIL_MAX_CHARS - 1] + "\u2026"
