"""The form's signed token: whether the comment came through the form, and how fast."""

from collections.abc import Iterable

from service.core.comment import TokenState
from service.core.signals import Signal
from workers.material import Material

YOUNG_SECONDS = 3.0
"""Nobody reads a form, writes a comment and sends it in less."""

LONG_FROM = 200
FAST_FROM, FAST_FULL = 20.0, 100.0
"""Characters a second. The fastest typists reach some fifteen; strength 0.5 from 20, 1 at 100."""

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
    elif token.age_seconds is not None:
        typed = len(material.subject.draft.content)
        speed = typed / token.age_seconds
        if typed >= LONG_FROM and speed > FAST_FROM:
            # Who writes elsewhere and pastes it is no program: this holds nothing by itself.
            strength = min(0.5 + 0.5 * (speed - FAST_FROM) / (FAST_FULL - FAST_FROM), 1.0)
            detail = f"{typed} characters in {token.age_seconds:.0f} s"
            yield Signal("TYPED_TOO_FAST", strength, detail)
