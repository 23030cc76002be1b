"""Versions of sites' own policies, on both databases."""

from dataclasses import replace

from service.core.site_policy import PolicyKind, SitePolicy
from tests.store.conftest import NOW, make_site

LIVE, SHADOW = PolicyKind.LIVE, PolicyKind.SHADOW


def add(store, site, version, kind=LIVE, text=""):
    policy = SitePolicy(site.id, version, kind, text, f"note {version}", NOW)
    with store.write() as tx:
        return policy if tx.add_policy(policy) else None


def in_force(store, *sites):
    with store.read() as tx:
        found = tx.policies_in_force([site.id for site in sites])
    return {(one.site_id, one.kind): one for one in found}


def test_the_latest_of_each_kind_is_in_force(store):
    """Each site has its own, and a draft changes nothing about what is in force."""
    news, blog, third = (make_site(store, slug) for slug in ("news", "blog", "third"))
    first = add(store, news, 1)
    draft = add(store, news, 2, SHADOW)
    other = add(store, blog, 1, text="[priors]\nspam = -3")
    assert in_force(store, news, blog, third) == {
        (news.id, LIVE): first,
        (news.id, SHADOW): draft,
        (blog.id, LIVE): other,
    }
    ended = add(store, news, 3, SHADOW, None)
    second = add(store, news, 4)
    assert in_force(store, news) == {(news.id, LIVE): second, (news.id, SHADOW): ended}
    with store.read() as tx:
        assert tx.site_policies(news.id) == [first, draft, ended, second]
        assert tx.policies_in_force([]) == []


def test_a_version_is_never_written_over(store):
    """Who comes second with the same number is told so."""
    site = make_site(store)
    first = add(store, site, 1)
    assert add(store, site, 1, text="[priors]\nspam = 1") is None
    assert in_force(store, site) == {(site.id, LIVE): first}
    assert replace(first, version=2).text == ""
