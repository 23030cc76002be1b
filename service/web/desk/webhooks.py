"""Webhooks at the desk: who is told of a site's events, what came of it, and what is to be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.audit import by_moderator
from service.core.errors import InvalidSubmission, NotFound
from service.core.events import EVENTS, TEST_EVENT
from service.core.people import Permission
from service.core.webhooks import DeliveryState, Endpoint
from service.usecases.webhooks import Made, Webhooks, Wish
from service.web.current import services
from service.web.desk.finding import read_mark
from service.web.desk.navigation import Place, add_place
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.errors import status_of
from service.web.form_door import BadForm

PAGE_SIZE = 50
CHOICES = {name: text for name, text in EVENTS.items() if name != TEST_EVENT}
EVENT_FIELD = "event "
"""Before an event's name: each box is a field of its own, since no field may stand twice."""

DONE = {
    "changed": "The webhook is changed.",
    "paused": "The webhook is paused: it is told nothing until it is resumed.",
    "resumed": "The webhook is on again.",
    "replayed": "What could not be delivered is put up again.",
    "removed": "The webhook is removed.",
}

add_place(
    Place(
        "Webhooks",
        "desk.show_webhooks",
        order=70,
        within=frozenset({"desk.show_webhook", "desk.add_webhook", "desk.act_on_webhook"}),
        needs=Permission.SITE,
    )
)


@dataclass(frozen=True, slots=True)
class Row:
    """An endpoint in the list, with how much waits for it and how much is dead."""

    endpoint: Endpoint
    waiting: int
    dead: int


@blueprint.get("/webhooks")
@allow(Permission.SITE)
def show_webhooks() -> Response:
    return _list()


@blueprint.post("/webhooks/<uuid:site_id>")
@allow(Permission.SITE)
def add_webhook(site_id: UUID) -> Response:
    """The secret stands on the page that answers, and nowhere else ever."""
    try:
        made = _webhooks().add(str(site_id), _wish(g.form), by=by_moderator(visit().moderator))
    except InvalidSubmission as error:
        return _list(status_of(error), refused=(str(site_id), error, g.form))
    return _one(str(site_id), made.endpoint.id, made=made)


@blueprint.get("/webhooks/<uuid:site_id>/<uuid:endpoint_id>")
@allow(Permission.SITE)
def show_webhook(site_id: UUID, endpoint_id: UUID) -> Response:
    return _one(str(site_id), str(endpoint_id))


@blueprint.post("/webhooks/<uuid:site_id>/<uuid:endpoint_id>")
@allow(Permission.SITE)
def act_on_webhook(site_id: UUID, endpoint_id: UUID) -> BaseResponse:
    """Carry out a button of an endpoint's page."""
    site, endpoint = str(site_id), str(endpoint_id)
    form: dict[str, str] = g.form
    by, webhooks, action = by_moderator(visit().moderator), _webhooks(), form.get("action", "")
    if action == "rotate":
        return _one(site, endpoint, made=webhooks.rotate(site, endpoint, by=by))
    only = read_mark(form.get("delivery"))
    steps: Mapping[str, tuple[Callable[[], object], str | None]] = {
        # What came of it stands in the list of deliveries.
        "test": (lambda: webhooks.test(site, endpoint), None),
        "change": (lambda: webhooks.change(site, endpoint, _wish(form), by=by), "changed"),
        "pause": (lambda: webhooks.pause(site, endpoint, by=by), "paused"),
        "resume": (lambda: webhooks.resume(site, endpoint, by=by), "resumed"),
        "replay": (
            lambda: webhooks.replay(site, endpoint, [only] if only else None, by=by),
            "replayed",
        ),
        "remove": (lambda: webhooks.remove(site, endpoint, by=by), "removed"),
    }
    if action not in steps:
        raise BadForm("The form names no action that the desk knows.")
    step, done = steps[action]
    try:
        step()
    except InvalidSubmission as error:
        return _one(site, endpoint, status_of(error), refused=(error, form))
    if action == "remove":
        return redirect(url_for("desk.show_webhooks", done=done), 303)
    return redirect(_address(site, endpoint, done=done), 303)


def _list(
    status: int = 200, *, refused: tuple[str, InvalidSubmission, dict[str, str]] | None = None
) -> Response:
    moderator = visit().moderator
    with services().store.read() as tx:
        sites = [one for one in tx.sites() if moderator.may(Permission.SITE, one.id)]
        endpoints = tx.endpoints([one.id for one in sites])
        counts = {
            site_id: tx.delivery_counts(site_id) for site_id in {one.site_id for one in endpoints}
        }
    rows: dict[str, list[Row]] = {one.id: [] for one in sites}
    for one in endpoints:
        number = counts[one.site_id].get(one.id, {})
        rows[one.site_id].append(
            Row(one, number.get(DeliveryState.WAITING, 0), number.get(DeliveryState.DEAD, 0))
        )
    return page(
        "webhooks",
        status,
        sites=[(site, rows[site.id]) for site in sites],
        choices=CHOICES,
        event_field=EVENT_FIELD,
        done=DONE.get(request.args.get("done", "")),
        refused=refused,
    )


def _one(
    site_id: str,
    endpoint_id: str,
    status: int = 200,
    *,
    made: Made | None = None,
    refused: tuple[InvalidSubmission, dict[str, str]] | None = None,
) -> Response:
    before = read_mark(request.args.get("before"))
    state = _state(request.args.get("state"))
    with services().store.read() as tx:
        site = tx.sites_by_id([site_id]).get(site_id)
        endpoint = tx.endpoint(site_id, endpoint_id)
        if site is None or endpoint is None:
            raise NotFound
        found = tx.deliveries(endpoint, state=state, before=before, limit=PAGE_SIZE + 1)
        dead = tx.delivery_counts(site_id).get(endpoint.id, {}).get(DeliveryState.DEAD, 0)
    shown = found[:PAGE_SIZE]
    return page(
        "webhook",
        status,
        site=site,
        endpoint=endpoint,
        deliveries=shown,
        dead=dead,
        state=state,
        states=DeliveryState,
        before=before,
        older=shown[-1][0].key.event_id if len(found) > PAGE_SIZE else None,
        choices=CHOICES,
        event_field=EVENT_FIELD,
        made=made,
        rotating=len(endpoint.secrets_at(services().clock())) > 1,
        done=DONE.get(request.args.get("done", "")),
        refused=refused,
    )


def _wish(form: Mapping[str, str]) -> Wish:
    return Wish(
        url=form.get("url", ""),
        events=tuple(name for name in CHOICES if f"{EVENT_FIELD}{name}" in form),
        with_text="with_text" in form,
    )


def _state(text: str | None) -> DeliveryState | None:
    if not text:
        return None
    try:
        return DeliveryState(text)
    except ValueError:
        raise NotFound from None


def _address(site_id: str, endpoint_id: str, *, done: str | None = None) -> str:
    return url_for("desk.show_webhook", site_id=site_id, endpoint_id=endpoint_id, done=done)


def _webhooks() -> Webhooks:
    return services().delivering.webhooks
