"""A site's own policy: what it may change, and what it may not."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_policy import POLICY, TEXT
from test_policy_file import VALUES

from service.core.errors import InvalidPolicy
from service.core.policy import decide, packaged_policy, parse_policy
from service.core.policy_data import differences
from service.core.signals import Signal
from service.core.site_policy import _merged, laid_over, laid_over_data
from service.core.states import State

BASE = parse_policy(
    TEXT
    + """
[groups.faults]
[symbols.CHECK_FAILED]
points = 0
group = "faults"
at_least = "held"
sentence = "Failed."
"""
)


def over(text, base=BASE):
    return laid_over(base, text, version="7+1")


def test_what_a_site_does_not_name_stays() -> None:
    """An empty text changes nothing but the version; a single number that one thing."""
    assert differences(BASE, over("")) == []
    assert over("").version == "7+1"
    changed = over("[symbols.MILD]\npoints = 2.5")
    assert differences(BASE, changed) == [("symbols.MILD.points", 2.0, 2.5)]
    assert changed.rules["MILD"].sentence == "Mild."


@pytest.mark.parametrize(
    ("text", "signals", "state"),
    [
        ("[symbols.MILD]\npoints = 6", ["MILD"], State.HELD),
        ("[priors]\nspam = -1.5", ["MILD"], State.HELD),
        ("[thresholds.spam]\nheld = 0.04", ["MILD"], State.HELD),
        ("[thresholds.spam]\nspam = 1", ["STRONG", "MILD"], State.HELD),
        ("[groups.free]\ncap = 4", ["STRONG"], State.APPROVED),
        ("[groups.model]\nfloor = -6", [Signal("MODEL", 0.0), "STRONG"], State.HELD),
        ('[symbols.MILD]\nat_least = "spam"', ["MILD"], State.SPAM),
        ('[symbols.HOLDS]\nat_least = "approved"', ["HOLDS"], State.APPROVED),
        ("[symbols.STRONG]\nshadow = true", ["STRONG"], State.APPROVED),
        ("[symbols.TRIED]\nshadow = false", ["TRIED"], State.SPAM),
        ('[composites.NEW1]\nall = ["MILD", "MODEL"]\npoints = 9\ngroup = "free"\nsentence = "N."',
         ["MILD", Signal("MODEL", 0.5)], State.HELD),
        ("[composites.BOTH]\npoints = 9", ["MILD", "RUDE"], State.REJECTED),
    ],
)  # fmt: skip
def test_a_site_may_change_how_things_are_weighed(text, signals, state) -> None:
    """Points, priors, thresholds, caps, what symbols do alone, shadows and composites."""
    found = [one if isinstance(one, Signal) else Signal(one) for one in signals]
    assert decide(found, over(text)).state is state
    assert decide(found, BASE).state is not state or text.startswith(
        ("[groups.model]", "[composites")
    )


def test_a_cap_gives_way_to_a_sites_own_points() -> None:
    """A site that wants first comments held gets them held; one that names the cap means the cap."""
    text = "[symbols.CAPPED_ONE]\npoints = 6\n"
    assert decide([Signal("CAPPED_ONE")], over(text)).spam.log_odds == 1
    text += "[groups.small]\ncap = 3"
    assert decide([Signal("CAPPED_ONE")], over(text)).spam.log_odds == -2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('version = "9"', "version: is not known here"),
        ("weights = 1", "weights: is not known here"),
        ("symbols = 1", "symbols: must be a table"),
        ("[symbols]\nMILD = 2", "symbols.MILD: must be a table"),
        ("[symbols.GONE]\npoints = 2", "symbols.GONE: no check reports this symbol"),
        ("[symbols.BOTH]\npoints = 2", "symbols.BOTH: no check reports this symbol"),
        ("[symbols.MILD]\npoints = -2", "symbols.MILD: points below 0 need a group with a floor"),
        ("[symbols.MILD]\npoints = 1e9", "symbols.MILD.points: must be from -100 to 100"),
        ('[symbols.MILD]\npoints = "2"', "symbols.MILD.points: must be a number"),
        ('[symbols.MILD]\ngroup = "model"', "symbols.MILD.group: is not a site's to say"),
        ("[symbols.MILD]\nweight = 2", "symbols.MILD.weight: is not a site's to say"),
        ("[symbols.HOLDS]\npoints = 2", "symbols.HOLDS: a symbol of the group site"),
        ('[symbols.CHECK_FAILED]\nat_least = "approved"', "what goes wrong always holds"),
        ("[symbols.CHECK_FAILED]\nshadow = true", "what goes wrong always holds"),
        ("[groups.free]\nfloor = -1", "groups.free.floor: nothing in this group may take points off"),
        ('[groups.mine]\nfamily = "spam"\nfloor = -1', "groups.mine.floor: nothing in this group"),
        ('[groups.free]\nfamily = "abuse"', "groups.free.family: is not a site's to say"),
        ('[composites.NEW1]\nall = ["MILD"]\npoints = -1\ngroup = "model"\nsentence = "N."',
         "composites.NEW1: a site's composite may not take points off"),
        ('[composites.NEW1]\nall = ["GONE"]\npoints = 1\ngroup = "free"\nsentence = "N."',
         "composites.NEW1: the policy knows no symbol GONE"),
        ("[thresholds.spam]\nheld = 1", "thresholds.spam: must rise"),
        ("[thresholds.spam]\nrejected = 1", "thresholds.spam.rejected: is not known here"),
        ("[priors", "the policy is not TOML"),
    ],
)  # fmt: skip
def test_what_a_site_may_not_say_is_refused(text, fault) -> None:
    """What fails holds, whatever a site wishes; nothing untrusted takes off; typing errors show."""
    with pytest.raises(InvalidPolicy) as refused:
        over(text)
    assert fault in str(refused.value)


@given(
    st.dictionaries(
        st.sampled_from(["symbols", "groups", "composites", "priors", "thresholds", "x"]),
        st.dictionaries(st.sampled_from(["MILD", "free", "spam", "HOLDS"]), VALUES) | VALUES,
    )
)
def test_no_text_breaks_the_reading_of_a_sites_policy(own) -> None:
    """Whatever TOML may hold in whatever place: a policy or a refusal."""
    with suppress(InvalidPolicy):
        laid_over_data(BASE, own, version="7+1")


def test_merging_replaces_values_and_keeps_the_rest() -> None:
    """Tables are merged entry by entry; anything else is replaced."""
    assert _merged({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}}) == {"a": {"b": 1, "c": [2]}}


def test_the_packaged_policy_can_be_changed_by_a_site() -> None:
    """As docs/checks.md shows it."""
    changed = laid_over(packaged_policy(), "[symbols.MANY_LINKS]\npoints = 1\n", version="2+1")
    assert decide([Signal("MANY_LINKS")], changed).state is State.APPROVED
    assert POLICY.version == "7"
