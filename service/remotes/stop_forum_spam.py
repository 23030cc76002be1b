"""StopForumSpam, https://www.stopforumspam.com/usage: whether it lists the visitor's IP address.

Its other questions, by name and by e-mail address, are not asked.
"""

from urllib.parse import urlencode

from service.core.errors import OutboundFailed
from service.core.lookups import Opinion, Question, Remote
from service.core.outbound import Limits
from service.core.outside import Outbound
from service.remotes.answers import json_object

URL = "https://api.stopforumspam.org/api"
CONFIDENCE_MIN = 0.25
"""Below this an address was listed long ago, or once: dynamic addresses change hands."""


class StopForumSpam:
    """Implements `core.outside.RemoteCheck`."""

    name = Remote.STOP_FORUM_SPAM

    def __init__(self, outbound: Outbound, *, url: str = URL, timeout_seconds: float) -> None:
        self._outbound = outbound
        self._url = url
        self._limits = Limits(timeout_seconds, max_bytes=8_192)

    def ask(self, question: Question) -> Opinion | None:
        if question.ip is None:
            return None
        query = urlencode({"ip": question.ip, "json": "1", "confidence": "1"})
        answer = self._outbound.request("GET", f"{self._url}?{query}", limits=self._limits)
        if not answer.succeeded:
            raise OutboundFailed(f"status {answer.status}")
        found = json_object(answer.body).get("ip")
        if not isinstance(found, dict):
            raise OutboundFailed("the answer says nothing of the address")
        confidence = found.get("confidence", 0)
        if not found.get("appears") or not isinstance(confidence, int | float):
            return Opinion()
        # Compared before it is divided: an integer may be too large for that.
        if not confidence >= 100 * CONFIDENCE_MIN:
            return Opinion()
        share = min(confidence, 100) / 100
        return Opinion(spam=share, detail=f"confidence {share:.0%}")
