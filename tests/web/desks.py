"""A desk for tests: two sites, three people, and what they do at it.

Ada works on all sites, Bob on the site `blog`, Vera may only look.
"""

import re
from dataclasses import replace

from verdicts import verdict

from service.core.comment import DoorFacts, Submission, ThreadRef
from service.core.decisions import Screening
from service.core.people import Role
from service.core.records import WorkItem
from service.core.site import SiteSettings
from service.core.states import State
from service.web.app import create_app

PASSWORD = "correct horse battery"
ADDRESS = "jane.reader@example.org"
BASE = "http://localhost:8080"


class Desk:
    """A desk with two sites and three people, and what a test does at it."""

    def __init__(self, services):
        self.services = services
        self.app = create_app(services)
        self.news, self.blog = (
            services.add_site(
                slug, name=slug, origins=[f"https://{slug}.example"], settings=SiteSettings()
            )
            for slug in ("news", "blog")
        )
        for name, role, site in (
            ("ada", Role.ADMIN, None),
            ("bob", Role.MODERATOR, "blog"),
            ("vera", Role.VIEWER, None),
        ):
            services.people.add(
                f"{name}@vestibule.example",
                name=name.title(),
                role=role,
                site_slug=site,
                password=PASSWORD,
            )

    def browser(self, base=BASE):
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
        client.base = base
        return client

    def signed_in(self, name="ada", base=BASE):
        browser = self.browser(base)
        answer = sign_in(browser, name)
        assert answer.status_code == 303
        return browser

    def comment(self, content="Hello there.", *, site=None, name="Jane", url=None, **concluded):
        """Post a comment and store a verdict about it; its path at the desk."""
        site = site or self.news
        receipt = self.services.submit(
            Submission(
                site=site,
                thread=ThreadRef(f"{site.origins[0]}/story", title="A story"),
                content=content,
                author_name=name,
                author_email=ADDRESS,
                author_url=url,
                parent_id=None,
                ip="198.51.100.23",
                facts=DoorFacts(),
            )
        )
        self.conclude(site, receipt.comment_id, **concluded)
        return f"/desk/comments/{site.id}/{receipt.comment_id}"

    @staticmethod
    def item(site, comment_id):
        return WorkItem(site.id, comment_id)

    def conclude(self, site, comment_id, *, state=State.HELD, parts=(), shadowed=()):
        now = self.services.clock()
        with self.services.store.write() as tx:
            (draft,) = tx.lease([WorkItem(site.id, comment_id)], until=now, now=now)
            found = replace(verdict(state, parts), shadowed=tuple(shadowed))
            tx.conclude(
                [Screening(comment_id, site.id, draft.attempt, found)],
                now=now,
                new_id=self.services.new_id,
            )

    def state(self, path):
        *_, site_id, comment_id = path.split("/")
        with self.services.store.read() as tx:
            return tx.comment_state(site_id, comment_id)


def get(browser, path, **given):
    return browser.get(path, base_url=browser.base, **given)


def post(browser, path, data, **given):
    return browser.post(path, data=data, base_url=browser.base, **given)


def sign_in(browser, name="ada", password=PASSWORD, **given):
    data = {"email": f"{name}@vestibule.example", "password": password}
    return post(browser, "/desk/sign-in", data, **given)


def actions_of(page):
    """The form of the first comment on a page."""
    return page.text.partition('class="actions"')[2].partition("</form>")[0]


def buttons_of(page):
    """The labels of the first comment's buttons."""
    return re.findall(r">(\w+)</button>", actions_of(page))


def form_of(page, **changes):
    """The hidden fields of the first comment's form on a page."""
    form = actions_of(page)
    return dict(re.findall(r'name="(csrf|version|back)"\s+value="(.*?)"', form)) | changes


def token_of(browser):
    return re.search(r'name="csrf"\s+value="(.*?)"', get(browser, "/desk/").text)[1]
