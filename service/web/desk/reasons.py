"""A site's reasons for taking comments away: what moderators choose by, and what authors read."""

from uuid import UUID

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.errors import Conflict, NotFound
from service.core.people import Permission
from service.core.reasons import (
    LABEL_MAX_CHARS,
    REASONS,
    SENTENCE_MAX_CHARS,
    Reason,
    ReasonText,
    site_reasons,
)
from service.web.current import services
from service.web.desk.navigation import Place, add_place
from service.web.desk.pages import allow, blueprint, page, takes
from service.web.desk.session import visit
from service.web.errors import status_of

LANGUAGES = tuple(REASONS[0].texts)
FORM_MAX_BYTES = 64 * 1024
"""Six languages of up to 560 characters, each of up to twelve bytes in a form."""

add_place(
    Place(
        "Reasons",
        "desk.show_reasons",
        order=75,
        within=frozenset({"desk.show_reason", "desk.keep_reason"}),
        needs=Permission.SITE,
    )
)


@blueprint.get("/reasons")
@allow(Permission.SITE)
def show_reasons() -> Response:
    """The reasons of each site that one may change."""
    moderator = visit().moderator
    with services().store.read() as tx:
        sites = [one for one in tx.sites() if moderator.may(Permission.SITE, one.id)]
        own = tx.own_reasons([one.id for one in sites])
    return page(
        "reasons",
        200,
        sites=[(one, list(site_reasons(own.get(one.id, ())).values())) for one in sites],
    )


@blueprint.get("/reasons/<uuid:site_id>")
@allow(Permission.SITE)
def show_reason(site_id: UUID) -> Response:
    """A form for one reason (`code`), or for a new one."""
    return _form(str(site_id), request.args.get("code", ""), 200)


@blueprint.post("/reasons/<uuid:site_id>")
@allow(Permission.SITE)
@takes(FORM_MAX_BYTES)
def keep_reason(site_id: UUID) -> BaseResponse:
    """Store one reason's words, or go back to the built-in ones."""
    form, reasons = g.form, services().deciding.reasons
    code = form.get("code", "").strip()
    try:
        if "reset" in form:
            reasons.reset(str(site_id), code, visit().moderator)
        else:
            reason = Reason(code, _texts(form, code), retired="retired" in form)
            reasons.keep(str(site_id), reason, visit().moderator)
    except Conflict as error:
        return _form(str(site_id), code, status_of(error), problem=str(error))
    return redirect(url_for("desk.show_reasons"), 303)


def _texts(form: dict[str, str], code: str) -> dict[str, ReasonText]:
    """What differs from the built-in words; a language that is left empty is the site's no more."""
    built_in = next((one.texts for one in REASONS if one.code == code), {})
    found = {}
    for language in LANGUAGES:
        text = ReasonText(
            " ".join(form.get(f"label.{language}", "").split()),
            " ".join(form.get(f"sentence.{language}", "").split()),
        )
        if (text.label or text.sentence) and text != built_in.get(language):
            found[language] = text
    return found


def _form(site_id: str, code: str, status: int, *, problem: str = "") -> Response:
    with services().store.read() as tx:
        site = tx.sites_by_id([site_id]).get(site_id)
        own = tx.own_reasons([site_id]).get(site_id, ())
    if site is None:
        raise NotFound
    known = site_reasons(own).get(code)
    if code and known is None and not problem:
        raise NotFound
    form: dict[str, str] = getattr(g, "form", {})
    texts = {
        language: (
            form.get(f"label.{language}", text.label if text else ""),
            form.get(f"sentence.{language}", text.sentence if text else ""),
        )
        for language in LANGUAGES
        for text in [known.texts.get(language) if known else None]
    }
    return page(
        "reason",
        status,
        site=site,
        code=code,
        known=known,
        is_built_in=any(one.code == code for one in REASONS),
        texts=texts,
        label_max=LABEL_MAX_CHARS,
        sentence_max=SENTENCE_MAX_CHARS,
        problem=problem,
    )
