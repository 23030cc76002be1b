"""Who is at the desk: the session's cookie, and proofs that a form came from the desk itself."""

import hmac
import ipaddress
import re
from dataclasses import dataclass

from flask import Response, g, request

from service.core.accounts import Session
from service.core.errors import Forbidden
from service.core.people import Moderator
from service.core.places import Place
from service.usecases.sign_in import SignedIn
from service.usecases.submit import network_of
from service.web.current import own_origins, request_body, services
from service.web.desk.devices import device_name
from service.web.form_door import read_form

GUARDED_COOKIE = "__Host-vestibule"
PLAIN_COOKIE = "vestibule-desk"
GUARDED_DEVICE_COOKIE = "__Host-vestibule-device"
PLAIN_DEVICE_COOKIE = "vestibule-device"
DEVICE_KEPT_SECONDS = 365 * 24 * 3600
TOKEN_MAX_CHARS = 300
FORM_MAX_BYTES = 8 * 1024

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:]*)(?::[0-9]+)?")


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """A signed-in request. Its repr is empty, since it holds the session's secret."""

    session: Session
    secret: str
    csrf: str
    new_secret: str | None = None

    @property
    def moderator(self) -> Moderator:
        return self.session.moderator


def visit() -> Visit:
    """The visit that the blueprint's guard has let in."""
    found: Visit = g.visit
    return found


def find_visit(*, by_itself: bool = False) -> Visit | None:
    """Who this request is from; one that a page sends `by_itself` is no sign of presence."""
    secret = request.cookies.get(_cookie_name())
    found = services().people.find_session(secret, place(), by_itself=by_itself) if secret else None
    if secret is None or found is None:
        return None
    # By the family, so that a form still counts that was open when the secret was changed.
    csrf = services().vault.keyed_hash("csrf", found.session.family).hex()
    return Visit(found.session, found.new_secret or secret, csrf, found.new_secret)


def place() -> Place:
    """From where this request comes, as far as one can tell."""
    token = request.cookies.get(_device_cookie_name(), "")
    return Place(
        network=network_of(request.remote_addr or ""),
        device=device_name(request.headers.get("User-Agent", "")),
        token=token if 0 < len(token) <= TOKEN_MAX_CHARS else None,
    )


# -- forms -----------------------------------------------------------------------------------------


def posted_form(max_bytes: int = FORM_MAX_BYTES) -> dict[str, str]:
    """The fields of this request's form. Raises what the doors raise for odd ones."""
    return read_form(request_body(max_bytes), request.content_type)


def refuse_foreign_post() -> None:
    """Raise `Forbidden` where the browser says that another site's page sent the form.

    This is all that protects the sign-in form, whose visitors have no session yet; everywhere else
    it stands before the token.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetch_site not in (None, "same-origin") or origin not in (None, *own_origins()):
        raise Forbidden(
            "This form was not sent from the desk's own page. "
            f"The desk's address is {services().settings.public_url}/desk/."
        )


def refuse_without_token(form: dict[str, str], here: Visit) -> None:
    given = form.get("csrf", "").encode("utf-8")
    if not hmac.compare_digest(given, here.csrf.encode("ascii")):
        raise Forbidden("This form belongs to another session. Load the page again.")


# -- the cookie ------------------------------------------------------------------------------------


def set_cookie(response: Response, secret: str) -> None:
    """Give the browser the session's secret, until it is closed.

    `Lax`, so that links to the desk in mails open it signed in. Nothing changes by GET, and every
    POST proves its origin and carries a token, so that `Strict` would protect nothing more.
    """
    response.set_cookie(
        _cookie_name(), secret, secure=is_guarded(), httponly=True, samesite="Lax", path="/"
    )


def let_in(response: Response, signed_in: SignedIn) -> None:
    """Give the browser its session, and what lets it be known again at the next sign-in."""
    set_cookie(response, signed_in.secret)
    response.set_cookie(
        _device_cookie_name(),
        signed_in.device_token,
        max_age=DEVICE_KEPT_SECONDS,
        secure=is_guarded(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def delete_cookie(response: Response) -> None:
    response.delete_cookie(
        _cookie_name(), secure=is_guarded(), httponly=True, samesite="Lax", path="/"
    )


def is_exposed() -> bool:
    """Whether the network could read what is sent here: neither https nor this machine."""
    return not (services().settings.public_url.startswith("https://") or _is_loopback(_host_name()))


def _device_cookie_name() -> str:
    return GUARDED_DEVICE_COOKIE if is_guarded() else PLAIN_DEVICE_COOKIE


def _cookie_name() -> str:
    # One name a place: over https nothing that a neighbouring host or plain HTTP sets may count.
    return GUARDED_COOKIE if is_guarded() else PLAIN_COOKIE


def is_guarded() -> bool:
    """Whether browsers keep a `Secure` cookie: on https, else for `localhost` alone."""
    return services().settings.public_url.startswith("https://") or _host_name() == "localhost"


def _host_name() -> str:
    match = _HOST.fullmatch(request.host)
    return match[1].lower() if match else ""


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"
