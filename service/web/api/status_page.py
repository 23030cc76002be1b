"""The page that a status link opens for a person, in their language, with a form for the appeal."""

from dataclasses import dataclass

from flask import Response, make_response, render_template

from service.core.languages import RIGHT_TO_LEFT, STATUS_WORDS, WIDGET_WORDS
from service.core.own import Status
from service.core.states import State
from service.web.problems import POLICY
from service.web.rendering import render_content

# What an author is told of a comment's state: not which of the reasons against it was found.
SHOWN_STATES = {
    State.PENDING: "pending",
    State.APPROVED: "approved",
    State.HELD: "held",
    State.SPAM: "rejected",
    State.REJECTED: "rejected",
    State.DELETED: "removed",
    State.ERASED: "removed",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """An appeal that could not be taken: what was written, and what is wrong with it."""

    text: str = ""
    fault: str = ""


def status_page(status: Status, token: str, language: str, typed: Typed | None = None) -> Response:
    """The page. Nobody keeps, frames or indexes it, and no page that it links to hears of it."""
    typed = typed or Typed()
    response = make_response(
        render_template(
            "status.html",
            status=status,
            state=_state_words(status, language),
            edit=_edit_words(status, language),
            content=render_content(status.comment.content),
            words=STATUS_WORDS[language],
            widget=WIDGET_WORDS[language],
            language=language,
            direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
            token=token,
            typed=typed,
        ),
        422 if typed.fault else 200,
    )
    response.headers["Content-Security-Policy"] = f"{POLICY}; form-action 'self'"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _state_words(status: Status, language: str) -> str:
    if status.withdrawn:
        return STATUS_WORDS[language]["withdrawn"]
    shown = SHOWN_STATES[status.comment.state]
    if shown == "removed":
        return STATUS_WORDS[language]["removed"]
    return str(WIDGET_WORDS[language][shown])


def _edit_words(status: Status, language: str) -> str:
    edit = status.comment.edit
    if edit in {State.PENDING, State.HELD}:
        return str(WIDGET_WORDS[language]["editPending"])
    return STATUS_WORDS[language]["edit_refused"] if edit in {State.SPAM, State.REJECTED} else ""
