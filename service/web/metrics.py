"""`/metrics` for Prometheus: computed from the database and Redis when it is asked for.

So it is right with any number of processes, and it never tells of an address, a name or a text:
labels are states, symbols and bounds alone.
"""

import hmac
from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from service.core.errors import Forbidden, NotFound
from service.core.metrics import BUCKETS_SECONDS, Figures
from service.web.current import services

blueprint = Blueprint("metrics", __name__)


class _Collector(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        figures, measured = self._figures, self._figures.measured
        yield _by(
            "comments",
            "Comments by state.",
            "state",
            {str(one): number for one, number in measured.states.items()},
        )
        yield _one("accepted", "Comments accepted in the last five minutes.", measured.accepted)
        yield _one(
            "oldest_pending_seconds",
            "Age of the oldest comment that waits for checks; 0 if none does.",
            measured.oldest_pending_seconds,
        )
        yield _by(
            "verdicts",
            "Verdicts of the checks in the last five minutes, by state.",
            "state",
            measured.verdicts,
        )
        yield _by(
            "symbols",
            "What was seen of comments that came in the last five minutes.",
            "symbol",
            measured.symbols,
        )
        yield _by(
            "check_failures",
            "Comments of the last five minutes for which a check failed or crashed.",
            "symbol",
            measured.failures,
        )
        bounds = (*(str(one) for one in BUCKETS_SECONDS), "+Inf")
        counts = (*measured.verdict_times, sum(measured.verdicts.values()))
        yield _by(
            "verdicts_within",
            "Verdicts of the last five minutes that took no longer than so many seconds.",
            "le",
            dict(zip(bounds, counts, strict=True)),
        )
        yield _one(
            "verdict_seconds_sum",
            "Seconds that all verdicts of the last five minutes took together.",
            measured.verdict_seconds,
        )
        yield _one("deliveries_due", "Events that wait for webhooks.", measured.deliveries_due)
        yield _one(
            "delivery_lag_seconds",
            "For how long the oldest of them should have been delivered.",
            measured.delivery_lag_seconds,
        )
        if figures.queue_depth is not None:
            yield _one("queue_depth", "Comments up for checks in Redis.", figures.queue_depth)
        yield _one("screening", "1 while Redis and a worker answer.", int(figures.screening))


@blueprint.get("/metrics")
def metrics() -> Response:
    """Figures for whoever has the token. Without a token in the settings there is no such page.

    An address says nothing about who asks: behind a proxy on the same machine, everybody comes from
    there.
    """
    token = services().settings.metrics_token
    if token is None:
        raise NotFound
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode("utf-8"))
    if scheme.lower() != "bearer" or not same:
        raise Forbidden("Give the token of VESTIBULE_METRICS_TOKEN as a bearer token.")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(services().measure()))
    response = Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"vestibule_{name}", text, value=value)


def _by(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(f"vestibule_{name}", text, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
