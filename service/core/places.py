"""From where somebody signs in: their network, their device, and whether they were there before."""

from dataclasses import dataclass

DEVICE_MAX_CHARS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """`network` is what an address stands for (/24, /64), `device` a browser in a few words.

    `token` is what this browser was given when somebody signed in with it before, if anything.
    """

    network: str
    device: str = ""
    token: str | None = None
