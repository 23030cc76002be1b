"""Accessibility by axe-core, which `npm ci` in `tests/js` installs."""

import subprocess
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_JS = Path(__file__).parents[1] / "js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    script = _JS / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=_JS, check=True)
    return script.read_text("utf-8")


def findings(page: Page) -> list[str]:
    """What axe finds in a page, WCAG 2.2 AA and best practice: rule, help, and where."""
    page.evaluate(_source())
    found = page.evaluate(
        "(tags) => axe.run(document, { runOnly: tags }).then(({ violations }) => violations)",
        _RULES,
    )
    return [
        f"{one['id']}: {one['help']}: {', '.join(str(node['target']) for node in one['nodes'])}"
        for one in found
    ]
