"""HTML of comments as the plain text that ours are: paragraphs, lines, links with their address.

Our own few lines, since the standard library's parser takes quadratic time on hostile markup. What
comes out is text and is escaped like all text: nothing depends on what is taken for a tag here.
"""

import re
from html import unescape

HTML_MAX_CHARS = 200_000

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*+)([^<>]*+)>")
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(href|src|alt)\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++)""", re.IGNORECASE
)
_BREAKS = frozenset({"br", "li", "tr", "hr", "dt", "dd"})
_BLOCKS = frozenset(
    {"p", "div", "blockquote", "ul", "ol", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSEEN = frozenset({"script", "style", "template", "head", "title"})
_MANY_LINES = re.compile(r"\n{3,}")


def plain_text(html: str) -> str:
    """The text that a reader would see; what is no markup stays as it is. Takes linear time."""
    if "<" not in html and "&" not in html:
        return html.strip()
    reader = _Reader()
    reader.feed(html[:HTML_MAX_CHARS])
    lines = "".join(reader.pieces).split("\n")
    return _MANY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


class _Reader:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._unseen = 0
        self._link: tuple[str, int] | None = None

    def feed(self, html: str) -> None:
        at = 0
        while (start := html.find("<", at)) >= 0:
            self._text(html[at:start])
            if html.startswith("<!--", start):
                end = html.find("-->", start)
                at = end + 3 if end >= 0 else len(html)
            elif (tag := _TAG.match(html, start)) is not None:
                self._tag(tag[2].lower(), tag[3], closes=bool(tag[1]))
                at = tag.end()
            else:
                self._text("<")
                at = start + 1
        self._text(html[at:])

    def _text(self, text: str) -> None:
        if not self._unseen:
            self.pieces.append(unescape(text))

    def _tag(self, name: str, attributes: str, *, closes: bool) -> None:
        if name in _UNSEEN:
            self._unseen = max(0, self._unseen + (-1 if closes else 1))
        elif name in _BLOCKS:
            self.pieces.append("\n\n")
        elif name in _BREAKS and not closes:
            self.pieces.append("\n- " if name == "li" else "\n")
        elif name == "img":
            told = _told(attributes)
            self.pieces.append(told.get("alt") or told.get("src") or "")
        elif name == "a":
            self._end_link()
            if not closes:
                self._link = _told(attributes).get("href", ""), len(self.pieces)

    def _end_link(self) -> None:
        if self._link is None:
            return
        (href, start), self._link = self._link, None
        # An address that is shown already is not said twice.
        if href.startswith(("http://", "https://")) and href not in "".join(self.pieces[start:]):
            self.pieces.append(f" ({href})")


def _told(attributes: str) -> dict[str, str]:
    return {
        one[1].lower(): unescape(one[2].strip("\"'")) for one in _ATTRIBUTE.finditer(attributes)
    }
