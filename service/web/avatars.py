"""Pictures of authors where there are no scripts: the same pattern as the widget's `avatar.js`."""

from dataclasses import dataclass

_ROWS, _COLUMNS = 5, 3


@dataclass(frozen=True, slots=True)
class Avatar:
    """What an SVG of five by five cells is filled with, and the path of the filled cells."""

    fill: str
    path: str


def avatar(avatar_id: str) -> Avatar:
    """Drawn from a random id (FNV-1a of its characters); an empty one gives an empty picture."""
    number = 0x811C9DC5
    for character in avatar_id:
        number = ((number ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    number ^= number >> 15
    cells: list[tuple[int, int]] = []
    for bit in range(_ROWS * _COLUMNS):
        column, row = divmod(bit, _ROWS)
        if number >> bit & 1:
            cells.append((column, row))
            if column < _COLUMNS - 1:
                cells.append((4 - column, row))
    path = "".join(f"M{x} {y}h1v1h-1z" for x, y in cells) if avatar_id else ""
    return Avatar(f"hsl({(number >> 16) % 360},38%,48%)", path)
