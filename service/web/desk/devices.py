"""What a browser is called in the list of sessions: enough to recognise one's own."""

_BROWSERS = (
    # The first that fits counts: most browsers name others, too.
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LOOKED_AT_MAX_CHARS = 500


def device_name(user_agent: str) -> str:
    """Such as `Firefox on Linux`. Nothing of what was sent stands in it."""
    looked_at = user_agent[:_LOOKED_AT_MAX_CHARS]
    browser = next((name for mark, name in _BROWSERS if mark in looked_at), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in looked_at), "")
    return f"{browser} on {system}" if system else browser
