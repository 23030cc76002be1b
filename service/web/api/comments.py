"""The public routes of a site for authors: its form, posting, and what becomes of a comment."""

import json
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, request

from service.core.comment import DoorFacts, Submission
from service.core.errors import (
    FieldProblem,
    InvalidSubmission,
    Unavailable,
    VestibuleError,
)
from service.core.form import HONEYPOT_FIELD, form_fields
from service.core.languages import FORM_WORDS, best_language
from service.core.proofs import ProofState
from service.core.site import Site
from service.core.states import State
from service.web.api.access import admit, allow_reading, preflight
from service.web.api.articles import article_of, back_to_article
from service.web.api.authors import bearer_token, require_author
from service.web.api.reading import is_closed, is_off, position_asked_for
from service.web.api.status_page import SHOWN_STATES
from service.web.current import request_body, services
from service.web.form_door import is_form, read_form
from service.web.json_door import BodyTooLarge, MediaTypeRefused, is_json, read_json
from service.web.schemas.submission import (
    LoadedSubmission,
    load_edit,
    load_form,
    load_submission,
)

blueprint = Blueprint("comments", __name__, url_prefix="/v1/sites/<slug:slug>")
blueprint.after_request(allow_reading)

IDEMPOTENCY_KEY_MAX_CHARS = 255
BODY_BASE_BYTES = 16 * 1024
BODY_BYTES_PER_CHARACTER = 12


@blueprint.route("/form", methods=["OPTIONS"])
@blueprint.route("/challenge", methods=["OPTIONS"])
@blueprint.route("/comments", methods=["OPTIONS"])
@blueprint.route("/comments/<uuid:comment_id>", methods=["OPTIONS"])
def ask_first(slug: str, comment_id: object = None) -> Response:  # noqa: ARG001 (the path's)
    """A browser's preflight."""
    with services().store.read() as tx:
        admit(tx.site(slug))
    return preflight()


@blueprint.get("/form")
def show_form(slug: str) -> Response:
    """The form as data: fields, labels, limits, and a signed token."""
    with services().store.read() as tx:
        (_, page, external_id), position = position_asked_for(tx, slug)
    site = position.site
    language = best_language(request.args.get("lang", ""))
    words = FORM_WORDS[language]
    response = jsonify(
        {
            "lang": language,
            "heading": words.heading,
            "note": words.note,
            "submit_label": words.submit_label,
            "fields": [
                {
                    "name": one.name,
                    "label": one.label,
                    "type": one.type,
                    "required": one.required,
                    "max_length": one.max_length,
                    "autocomplete": one.autocomplete,
                }
                for one in form_fields(site.settings, language)
            ],
            "honeypot": HONEYPOT_FIELD,
            "honeypot_label": words.leave_empty,
            "token": services().signer.form_token(site.id, services().clock()),
            # One name for all spellings of the page's address, for what browsers keep of it.
            "thread": external_id or page or "",
            "closed": is_closed(position),
            "off": is_off(position),
            "edit_window_minutes": site.settings.edit_window_minutes,
            "challenge": _challenge(site),
        }
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/challenge")
def show_challenge(slug: str) -> Response:
    """A task for a proof of work, as ALTCHA's widgets ask for it."""
    site = admit(services().sites.latest(slug))
    challenge = services().proofs.challenge(site)
    if challenge is None:
        raise Unavailable("No task can be given at the moment, and none is asked for.")
    response = jsonify(challenge.as_json())
    response.headers["Cache-Control"] = "no-store"
    return response


def _challenge(site: Site) -> dict[str, object] | None:
    """The task that comes with the form, where the site asks for a proof at the moment."""
    proofs = services().proofs
    challenge = proofs.challenge(site) if proofs.is_demanded(site) else None
    return challenge.as_json() if challenge is not None else None


@blueprint.post("/comments")
def submit(slug: str) -> Response:
    """Take a comment: 202 as JSON, or 303 back to the article for an HTML form."""
    g.html_errors = is_form(request.content_type)
    sites = services().sites
    # A body of unknown length is read up to the site's limit, and can be read once only.
    site = sites.latest(slug) if request.content_length is None else sites.last_seen(slug)
    try:
        return _take(_admit(site))
    except VestibuleError:
        # It has been judged by the settings that were seen last: were they the latest?
        latest = sites.latest(slug)
        if latest == site:
            raise
        return _take(_admit(latest))


def _admit(site: Site | None) -> Site:
    """The site, for one of its pages, or for a form on a page of ours that shows its comments."""
    return admit(site, from_own_pages=bool(g.html_errors))


def _take(site: Site) -> Response:
    """Submit the request's comment. Raises `SiteChanged` where the site is another one by now."""
    loaded = _load(site, _read_body(site))
    receipt = services().submit(_submission(site, loaded))
    if g.html_errors:
        return back_to_article(site, loaded.thread.url, SHOWN_STATES[receipt.state])
    status_token = services().signer.comment_token("status", site.id, receipt.comment_id)
    response = jsonify(
        {
            "id": receipt.comment_id,
            "state": SHOWN_STATES[receipt.state],
            "status_url": (
                f"{services().settings.public_url}/v1/sites/{site.slug}"
                f"/comments/{receipt.comment_id}/status?token={status_token}"
            ),
            "edit_token": services().signer.comment_token("edit", site.id, receipt.comment_id),
        }
    )
    response.status_code = 202
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.patch("/comments/<uuid:comment_id>")
def edit(slug: str, comment_id: UUID) -> Response:
    """An author's new text for their comment: 202, shown once the checks have passed it."""
    site = _site_of_author(slug, comment_id)
    body = _read_body(site)
    if not is_json(request.content_type):
        raise MediaTypeRefused("Send application/json.")
    services().edit(
        site, str(comment_id), load_edit(site, read_json(body)), ip=request.remote_addr or ""
    )
    response = jsonify({"id": str(comment_id), "state": SHOWN_STATES[State.PENDING]})
    response.status_code = 202
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.delete("/comments/<uuid:comment_id>")
def withdraw(slug: str, comment_id: UUID) -> Response:
    """An author takes their comment back."""
    site = _site_of_author(slug, comment_id)
    services().withdraw(site, str(comment_id))
    response = Response(status=204)
    response.headers["Cache-Control"] = "no-store"
    return response


# -- parts -----------------------------------------------------------------------------------------


def _site_of_author(slug: str, comment_id: UUID) -> Site:
    """The site, for whoever bears the comment's edit token. To all others there is no comment."""
    with services().store.read() as tx:
        site = admit(tx.site(slug))
    return require_author("edit", bearer_token(), site, comment_id)


def _read_body(site: Site) -> bytes:
    cap = BODY_BASE_BYTES + BODY_BYTES_PER_CHARACTER * site.settings.content_max_chars
    if "body" not in g:
        g.body = request_body(cap)
    body: bytes = g.body
    if len(body) > cap:
        raise BodyTooLarge(cap)
    return body


def _load(site: Site, body: bytes) -> LoadedSubmission:
    if g.html_errors:
        form = read_form(body, request.content_type)
        g.back_url = article_of(site, form.get("thread_url", ""))
        return load_form(site, form)
    if not is_json(request.content_type):
        raise MediaTypeRefused("Send application/json, or post an HTML form.")
    return load_submission(site, read_json(body))


def _submission(site: Site, loaded: LoadedSubmission) -> Submission:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= IDEMPOTENCY_KEY_MAX_CHARS:
        problem = f"An Idempotency-Key has 1 to {IDEMPOTENCY_KEY_MAX_CHARS} characters."
        raise InvalidSubmission(FieldProblem("/Idempotency-Key", "out_of_range", problem))
    return Submission(
        site=site,
        thread=loaded.thread,
        content=loaded.content,
        author_name=loaded.author_name,
        author_email=loaded.author_email,
        author_url=loaded.author_url,
        parent_id=loaded.parent_id,
        ip=request.remote_addr or "",
        facts=DoorFacts(
            token=services().signer.read_form_token(loaded.token, site.id, services().clock()),
            honeypot_filled=loaded.honeypot_filled,
            origin_given="admitted_origin" in g,
            proof=_judge(site, loaded.altcha),
        ),
        idempotency_key=key,
        fingerprint=_fingerprint(loaded) if key is not None else None,
    )


def _judge(site: Site, proof: str | None) -> ProofState:
    """A good proof is spent once: by a second try with newer settings it is still good."""
    if g.get("proof_state") is not ProofState.VALID:
        g.proof_state = services().proofs.judge(site, proof)
    state: ProofState = g.proof_state
    return state


def _fingerprint(loaded: LoadedSubmission) -> str:
    """What makes two requests the same: all that was written. A retry may carry a newer token."""
    return json.dumps(
        [
            loaded.thread.url,
            loaded.thread.external_id,
            loaded.parent_id,
            loaded.author_name,
            loaded.author_email,
            loaded.author_url,
            loaded.content,
        ]
    )
