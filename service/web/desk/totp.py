"""Codes to sign in with: set an app up by its QR code, recovery codes, and the way back."""

from flask import Response, g, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.errors import Conflict, Forbidden, TooManyRequests
from service.usecases.account import TotpDraft
from service.web.current import services
from service.web.desk.account import account_address, account_page
from service.web.desk.pages import SIGNED_IN, allow, blueprint, page
from service.web.desk.qr import qr_code
from service.web.desk.session import visit
from service.web.errors import status_of

_GROUP = 4


@blueprint.get("/account/codes")
@allow(SIGNED_IN)
def show_totp() -> BaseResponse:
    """A secret for an app. It is in use once a code of it has come back."""
    account, moderator = services().people.account, visit().moderator
    if account.has_totp(moderator):
        return redirect(url_for("desk.show_account"), 303)
    return _setup_page(200, account.draft_totp(moderator))


@blueprint.post("/account/codes")
@allow(SIGNED_IN)
def start_totp() -> BaseResponse:
    account, here = services().people.account, visit()
    draft = account.draft_totp(here.moderator, g.form.get("draft", ""))
    try:
        made = account.start_totp(
            here.moderator, draft, g.form.get("code", ""), family=here.session.family
        )
    except (Forbidden, TooManyRequests) as error:
        return _setup_page(status_of(error), draft, fault=str(error))
    return page("recovery_codes", 200, codes=made, is_new=True)


@blueprint.post("/account/codes/recovery")
@allow(SIGNED_IN)
def make_recovery_codes() -> BaseResponse:
    try:
        made = services().people.account.new_codes(visit().moderator, g.form.get("present", ""))
    except (Forbidden, TooManyRequests, Conflict) as error:
        return account_page(status_of(error), fault=error, at="codes")
    return page("recovery_codes", 200, codes=made, is_new=False)


@blueprint.post("/account/codes/end")
@allow(SIGNED_IN)
def end_totp() -> BaseResponse:
    try:
        services().people.account.end_totp(visit().moderator, g.form.get("present", ""))
    except (Forbidden, TooManyRequests, Conflict) as error:
        return account_page(status_of(error), fault=error, at="codes")
    return account_address("codes")


def _setup_page(status: int, draft: TotpDraft, *, fault: str = "") -> Response:
    text = draft.secret
    return page(
        "totp",
        status,
        qr=qr_code(draft.uri),
        secret=" ".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP)),
        uri=draft.uri,
        draft=draft.sealed,
        required=visit().session.lacks_totp,
        fault=fault,
    )
