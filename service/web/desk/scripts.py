"""What others wrote and the desk's pages load, each file with its version and its digest.

The files lie in `static/vendor`, each with its licence. Browsers run one only if its digest is the
one that stands here, so a file that was changed on its way, or by a slip, does nothing at all.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vendored:
    """`integrity` is as in Subresource Integrity (W3C): the digest's name and its base64."""

    path: str
    version: str
    licence: str
    integrity: str


HTMX = Vendored(
    "vendor/htmx.min.js",
    "2.0.11",
    "0BSD",
    "sha384-2OatzQy1H+Zd/IIrjr1TcuDGqLXeHhbooAyJY1KdQMKnr4LZ22k31GBLdYKHmVjg",
)

HTMX_SETTINGS = {
    # The policy forbids both anyway; htmx must not even try.
    "allowEval": False,
    "includeIndicatorStyles": False,
    "allowScriptTags": False,
    "selfRequestsOnly": True,
    # What visitors wrote must not stay in the browser's storage when the moderator has gone.
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": True,
    "scrollBehavior": "auto",
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        # Somebody was faster: the answer shows what they did, in the place of the comment.
        {"code": "409", "swap": True},
        {"code": "[45]..", "swap": False, "error": True},
    ],
}
