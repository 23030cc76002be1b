"""HTML of comments as the plain text that ours are: paragraphs, lines, links with their address."""

import re
from html.parser import HTMLParser

HTML_MAX_CHARS = 200_000

_BREAKS = frozenset({"br", "li", "tr", "hr", "dt", "dd"})
_BLOCKS = frozenset(
    {"p", "div", "blockquote", "ul", "ol", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSEEN = frozenset({"script", "style", "template", "head", "title"})
_MANY_LINES = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"[ \t]+\n")


def plain_text(html: str) -> str:
    """The text that a reader would see; what is no markup stays as it is."""
    if "<" not in html and "&" not in html:
        return html.strip()
    reader = _Reader()
    reader.feed(html[:HTML_MAX_CHARS])
    reader.close()
    text = _LINE_ENDS.sub("\n", "".join(reader.pieces))
    return _MANY_LINES.sub("\n\n", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BREAKS:
            self.pieces.append("\n- " if tag == "li" else "\n")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.pieces)))
        elif tag == "img":
            self.pieces.append(dict(attrs).get("alt") or dict(attrs).get("src") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "a" and self._links:
            href, start = self._links.pop()
            shown = "".join(self.pieces[start:])
            # An address that is shown already is not said twice.
            if href.startswith(("http://", "https://")) and href not in shown:
                self.pieces.append(f" ({href})")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)
