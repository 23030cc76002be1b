"""What readers meet: the widget's files under `/embed`, the demo article, and the front page."""

from service.web.widget.views import blueprint

__all__ = ["blueprint"]
