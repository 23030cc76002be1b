"""Akismet, https://akismet.com/developers/: whether it takes a comment for spam.

It is sent what its check asks for but the author's address, which it takes as optional.
"""

from urllib.parse import urlencode

from service.core.errors import OutboundFailed
from service.core.lookups import Opinion, Question, Remote
from service.core.outbound import Limits
from service.core.outside import Outbound

BLATANT, USUAL = 1.0, 0.8


class Akismet:
    """Implements `core.outside.RemoteCheck`. `url` is that of a service of the same kind."""

    name = Remote.AKISMET

    def __init__(self, outbound: Outbound, key: str, *, url: str, timeout_seconds: float) -> None:
        self._outbound = outbound
        self._key = key
        self._url = f"{url}/1.1/comment-check"
        self._limits = Limits(timeout_seconds, max_bytes=4_096)

    def ask(self, question: Question) -> Opinion | None:
        if question.ip is None:
            return None
        fields = {
            "api_key": self._key,
            "blog": question.site_origin,
            "blog_charset": "UTF-8",
            "user_ip": question.ip,
            "permalink": question.thread_url,
            "comment_type": "comment",
            "comment_author": question.author_name,
            "comment_author_url": question.author_url or "",
            "comment_content": question.content,
            "comment_date_gmt": question.created_at.isoformat(),
        }
        answer = self._outbound.request(
            "POST",
            self._url,
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
            body=urlencode(fields, errors="replace").encode(),
            limits=self._limits,
        )
        match answer.body.strip() if answer.succeeded else b"":
            case b"true":
                blatant = answer.headers.get("x-akismet-pro-tip") == "discard"
                return Opinion(spam=BLATANT if blatant else USUAL)
            case b"false":
                return Opinion()
        # `invalid` is a wrong key; what is wrong stands in a header, and may repeat the request.
        raise OutboundFailed(f"its answer is neither true nor false (status {answer.status})")
