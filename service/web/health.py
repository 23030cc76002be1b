"""Whether the service lives and is ready, for supervisors and load balancers."""

import logging
import threading

from flask import Blueprint, Response, current_app, jsonify
from flask.blueprints import BlueprintSetupState

from service.web.current import services
from service.wiring import Services

blueprint = Blueprint("health", __name__)
log = logging.getLogger("vestibule.web")
_SEEN_WORKER = "vestibule-seen-worker"


@blueprint.record
def _start_unready(state: BlueprintSetupState) -> None:
    state.app.extensions[_SEEN_WORKER] = threading.Event()


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return _answer({"alive": True}, 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 once the database and one worker have been seen.

    Later the workers may go: comments are still accepted then, so it stays 200 and says
    `"screening": false`. Without the database it is 503.
    """
    parts = services()
    database = _database_answers(parts)
    screening = parts.queue.is_served(parts.clock())
    seen_worker: threading.Event = current_app.extensions[_SEEN_WORKER]
    if screening:
        seen_worker.set()
    ready = database and seen_worker.is_set()
    return _answer(
        {"ready": ready, "database": database, "screening": screening}, 200 if ready else 503
    )


def _database_answers(parts: Services) -> bool:
    try:
        with parts.store.read() as tx:
            tx.pending_count(1)
    except Exception as error:  # noqa: BLE001 (any failure of the database means the same here)
        log.warning("the database does not answer (%s)", type(error).__name__)
        return False
    return True


def _answer(body: dict[str, bool], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
