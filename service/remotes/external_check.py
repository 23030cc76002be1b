"""A check of the operator's own, asked over HTTP.

The request is signed as Standard Webhooks has it (https://www.standardwebhooks.com): the comment's
id is the message's id, so an answer can be kept and a repeated question be known. The answer is
JSON, `{"spam": 0.0 to 1.0, "abuse": 0.0 to 1.0, "reason": "a short line"}`; each may be absent.
"""

import json

from service.core.errors import OutboundFailed
from service.core.lookups import Opinion, Question, Remote
from service.core.outbound import Limits
from service.core.outside import Outbound
from service.core.ports import Clock
from service.core.signing import key_of, signed
from service.remotes.answers import json_object, plain, share


class ExternalCheck:
    """Implements `core.outside.RemoteCheck`."""

    name = Remote.EXTERNAL_CHECK

    def __init__(
        self,
        outbound: Outbound,
        url: str,
        secret: str,
        *,
        timeout_seconds: float,
        clock: Clock,
    ) -> None:
        self._outbound = outbound
        self._url = url
        self._key = key_of(secret)
        self._limits = Limits(timeout_seconds, max_bytes=16_384)
        self._clock = clock

    def ask(self, question: Question) -> Opinion | None:
        body = json.dumps(
            {
                "id": question.comment_id,
                "site": question.site,
                "thread_url": question.thread_url,
                "author_name": question.author_name,
                "author_url": question.author_url,
                "content": question.content,
                "created_at": question.created_at.isoformat(),
            }
        ).encode()
        answer = self._outbound.request(
            "POST",
            self._url,
            headers={
                "Content-Type": "application/json",
                **signed(question.comment_id, int(self._clock().timestamp()), body, key=self._key),
            },
            body=body,
            limits=self._limits,
        )
        if not answer.succeeded:
            raise OutboundFailed(f"status {answer.status}")
        said = json_object(answer.body)
        return Opinion(share(said, "spam"), share(said, "abuse"), plain(said.get("reason")))
