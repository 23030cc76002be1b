"""Visitors for tests of the HTTP API: two sites, what is posted there, and what becomes of it.

`news` and `blog` have an origin each; whoever reads or posts does so through Flask's test client.
"""

import json
from dataclasses import replace

from sqlalchemy import create_engine
from verdicts import verdict

from service.core.decisions import Action, Screening
from service.core.people import Role
from service.core.records import WorkItem
from service.core.site import SiteSettings
from service.core.states import State
from service.usecases.moderate import Judgement
from service.web.app import create_app

NEWS = "https://news.example"
BLOG = "https://blog.example"
STORY = f"{NEWS}/story"
EMAIL = "jane.reader@example.org"
PUBLIC_KEYS = {
    "id", "parent_id", "depth", "author_name", "author_url", "avatar", "content_html",
    "created_at", "edited_at", "removed", "staff",
}  # fmt: skip


def comment(**changes):
    """A comment that every site takes; a change to None leaves the field out."""
    body = {
        "thread": {"url": STORY, "title": "A story"},
        "author_name": "Jane",
        "author_email": EMAIL,
        "content": "Hello there.",
    } | changes
    return {name: value for name, value in body.items() if value is not None}


class Visitors:
    """The API over given services, and those who use it."""

    def __init__(self, services):
        self.services = services
        self.app = create_app(services)
        self.news, self.blog = (
            services.add_site(slug, name=slug, origins=[origin], settings=SiteSettings())
            for slug, origin in (("news", NEWS), ("blog", BLOG))
        )
        self.client = self.app.test_client()
        self._moderator = None

    # -- posting and reading -----------------------------------------------------------------------

    def post(self, body=None, *, site="news", ip="198.51.100.23", headers=None, **changes):
        """Post a comment as JSON: `body` as it is (bytes, text or object), or `comment(**changes)`."""
        if body is None:
            body = comment(**changes)
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(
            f"/v1/sites/{site}/comments",
            data=data,
            headers={"Content-Type": "application/json"} | (headers or {}),
            environ_base={"REMOTE_ADDR": ip},
        )

    def accepted(self, **given):
        """Post a comment that must be taken; its id."""
        answer = self.post(**given)
        assert answer.status_code == 202, answer.text
        return answer.json["id"]

    def shown(self, **given):
        """Post a comment and approve it; its id."""
        comment_id = self.accepted(**given)
        self.conclude(comment_id, site=self.site(given.get("site", "news")))
        return comment_id

    def send_form(self, *, site="news", headers=None, **fields):
        """Post as an HTML form does."""
        return self.client.post(f"/v1/sites/{site}/comments", data=fields, headers=headers)

    def read(self, thread=STORY, *, site="news", headers=None, **query):
        query = {"thread": thread} | query
        given = {name: value for name, value in query.items() if value is not None}
        return self.client.get(f"/v1/sites/{site}/comments", query_string=given, headers=headers)

    def form(self, thread=STORY, *, site="news", headers=None):
        query = {"thread": thread}
        return self.client.get(f"/v1/sites/{site}/form", query_string=query, headers=headers)

    # -- behind the door ---------------------------------------------------------------------------

    def site(self, slug):
        return self.news if slug == "news" else self.blog

    def change(self, slug, origins=None, **settings):
        """Give a site other settings."""
        with self.services.store.read() as tx:
            known = tx.site(slug).settings
        self.services.change_site(slug, settings=replace(known, **settings), origins=origins)

    def conclude(self, *comment_ids, site=None, state=State.APPROVED):
        """Store a verdict about pending comments."""
        site, now = site or self.news, self.services.clock()
        items = [WorkItem(site.id, comment_id) for comment_id in comment_ids]
        with self.services.store.write() as tx:
            drafts = tx.lease(items, until=now, now=now)
            screenings = [Screening(one.id, site.id, one.attempt, verdict(state)) for one in drafts]
            done = tx.conclude(screenings, now=now, new_id=self.services.new_id)
        assert set(done) == set(comment_ids)

    def decide(self, comment_id, action, *, site=None, reason=""):
        """A moderator's decision."""
        if self._moderator is None:
            self._moderator = self.services.people.add(
                "ada@vestibule.example",
                name="Ada",
                role=Role.ADMIN,
                site_slug=None,
                password="correct horse battery",
            )
        site = site or self.news
        with self.services.store.read() as tx:
            head = tx.head(site.id, comment_id)
        judgement = Judgement(site.id, comment_id, Action(action), head.version, reason=reason)
        return self.services.decide(judgement, self._moderator)

    def draft(self, comment_id, *, site=None):
        """A pending comment as screening gets it, with what the door saw."""
        now = self.services.clock()
        with self.services.store.write() as tx:
            (draft,) = tx.lease([WorkItem((site or self.news).id, comment_id)], until=now, now=now)
        return draft

    def screen(self, comment_id, *, site=None):
        """Let the real checks look at it; the symbols of what they saw."""
        self.services.screen([WorkItem((site or self.news).id, comment_id)])
        return {row[0] for row in self.rows("SELECT symbol FROM signals")}

    def state(self, comment_id, *, site=None):
        with self.services.store.read() as tx:
            return tx.comment_state((site or self.news).id, comment_id)

    def rows(self, statement):
        """What a statement of SQL finds or does, on a connection beside the service's."""
        engine = create_engine(self.services.settings.database_url)
        try:
            with engine.begin() as connection:
                result = connection.exec_driver_sql(statement)
                return result.all() if result.returns_rows else []
        finally:
            engine.dispose()

    def stored(self):
        """How many comments there are."""
        return self.rows("SELECT count(*) FROM comments")[0][0]

    def close_thread(self):
        """Close the story's thread, as an administrator does."""
        self.services.close_thread("news", STORY, closed=True)


def problems(answer):
    """The bad fields of a refusal: pairs of pointer and code."""
    assert answer.content_type == "application/problem+json"
    return {(one["pointer"], one["code"]) for one in answer.json.get("errors", ())}


def everything(answer):
    """All of an answer in which something could leak: head and body."""
    return f"{answer.headers}\n{answer.get_data(as_text=True)}"
