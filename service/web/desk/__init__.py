"""The moderators' desk: server-rendered pages that work without JavaScript."""

from service.web.desk.views import blueprint

__all__ = ["blueprint"]
