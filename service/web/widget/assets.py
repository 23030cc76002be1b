"""The static files of the widget and the demo, read once and served from memory.

Only files that were there at the start can be asked for, so no path of a request ever reaches the
file system.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from flask import Response, request

MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

MAX_AGE_SECONDS = 300
"""How long a browser may run a widget that the server has replaced. Its addresses carry no version,
since sites embed them by hand; after this time a question that costs a 304 brings it up to date."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; `etag` is drawn from the content, so all servers give the same.

    `packed` is the same in gzip, made once: no proxy in front has to know how to, and a reader on a
    slow line gets a third of the bytes.
    """

    body: bytes
    packed: bytes
    media_type: str
    etag: str


def load_assets() -> Mapping[str, Asset]:
    """Every servable file under `static`, by its path from there."""
    return dict(_assets_in(files("service.web.widget") / "static", ""))


def asset_response(asset: Asset) -> Response:
    """The file, or 304 to a browser that has it. Any site may load it: that is what it is for."""
    packs = request.accept_encodings["gzip"] > 0
    response = Response(asset.packed if packs else asset.body, content_type=asset.media_type)
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    # Two forms of one file are two things to a cache, which must not mix their parts.
    response.set_etag(f"{asset.etag}-gzip" if packs else asset.etag)
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_SECONDS
    response.cache_control.must_revalidate = True
    # A module script from another origin is fetched with CORS, and a page that isolates itself
    # (`Cross-Origin-Embedder-Policy`) takes nothing without the second.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request)
    return response


def _assets_in(folder: Traversable, prefix: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _assets_in(entry, f"{prefix}{entry.name}/")
            continue
        _, dot, suffix = entry.name.rpartition(".")
        media_type = MEDIA_TYPES.get(dot + suffix)
        if media_type is not None:
            body = entry.read_bytes()
            etag = sha256(body).hexdigest()[:32]
            # Without the time of packing, so that all servers give the same bytes.
            packed = gzip.compress(body, 9, mtime=0)
            found.append((prefix + entry.name, Asset(body, packed, media_type, etag)))
    return found
