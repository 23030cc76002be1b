"""The form's signed token: whether the comment came through the form, and how fast."""

from collections.abc import Iterable

from service.core.comment import TokenState
from service.core.signals import Signal
from workers.material import Material

YOUNG_SECONDS = 3.0
"""Nobody reads a form, writes a comment and sends it in less."""

_SYMBOLS = {
    TokenState.ABSENT: "TOKEN_ABSENT",
    TokenState.INVALID: "TOKEN_INVALID",
    TokenState.EXPIRED: "TOKEN_EXPIRED",
}


def check_form_token(material: Material) -> Iterable[Signal]:
    token = material.subject.draft.facts.token
    symbol = _SYMBOLS.get(token.state)
    if symbol is not None:
        yield Signal(symbol)
    elif token.age_seconds is not None and token.age_seconds < YOUNG_SECONDS:
        yield Signal("TOKEN_TOO_YOUNG", detail=f"after {max(token.age_seconds, 0.0):.1f} s")
