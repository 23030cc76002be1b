"""QR codes as SVG that may stand in a page: attributes only, no style and no script."""

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """Dark on light in every theme, as cameras expect it. The page says in words what it is."""
    made = segno.make(text, error="m", micro=False)
    return Markup(  # noqa: S704 (only shapes, which segno draws)
        made.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    )
