"""What checks report: signals. A signal says what was *seen*; weighing it is the policy's work."""

from dataclasses import dataclass, field

CHECK_FAILED = "CHECK_FAILED"
CHECK_TIMED_OUT = "CHECK_TIMED_OUT"
CHECKS_CRASHED = "CHECKS_CRASHED"
SITE_SURGE = "SITE_SURGE"


@dataclass(frozen=True, slots=True)
class Signal:
    """One observation about one comment.

    `strength` lies in 0..1. `detail` is a short plain fact ("5 links"), never a visitor's address.
    `spans` are half-open ranges of code points in the comment's content that show the evidence.
    `rules` are ids of the list entries and the like that were met; they are counted where those
    are kept, and are no part of the signal as it is stored and compared.
    """

    symbol: str
    strength: float = 1.0
    detail: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    rules: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"{self.symbol}: strength {self.strength} is outside 0..1")
