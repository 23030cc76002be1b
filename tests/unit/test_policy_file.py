"""Reading a policy: what is missing or makes no sense is named before it judges a comment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_policy import TEXT

from service.core.errors import InvalidPolicy
from service.core.policy import packaged_policy, parse_policy
from service.core.policy_file import policy_from_data

COMPOSITE = '[composites.X1]\nall = ["MILD"]\npoints = 1\ngroup = "free"\nsentence = "X."\n'


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('version = "7"', "", "version: is missing"),
        ('version = "7"', "version = 7", "version: must be text"),
        ('version = "7"', 'version = "a b"', "version: must look like"),
        ('version = "7"', 'version = "7"\nmore = 1', "more: is not known here"),
        ("[priors]\nspam = -5", "[priors]", "priors.spam: is missing"),
        ("[priors]\nspam = -5", "[priors]\nspam = nan", "priors.spam: must be from -20 to 20"),
        ("[priors]\nspam = -5", "[priors]\nspam = -5\nham = 1", "priors.ham: is not known here"),
        ("held = 0.5", "", "thresholds.spam.held: is missing"),
        ("held = 0.5", 'held = "much"', "thresholds.spam.held: must be a number"),
        ("held = 0.5", "held = true", "thresholds.spam.held: must be a number"),
        ("held = 0.5", "held = 0.995", "thresholds.spam: must rise"),
        ("held = 0.5", "held = 0", "thresholds.spam: must rise"),
        ("rejected = 0.9", "spam = 0.9", "thresholds.abuse.rejected: is missing"),
        ("rejected = 0.9", "spam = 0.9", "thresholds.abuse.spam: is not known here"),
        ("cap = 4", "cap = -4", "groups.small.cap: must be from 0 to 100"),
        ("cap = 4", "cap = inf", "groups.small.cap: must be from 0 to 100"),
        ("floor = -2", "floor = 2", "groups.model.floor: must be from -100 to 0"),
        ("floor = -2", "", "symbols.MODEL: points below 0 need a group with a floor"),
        ('[groups.words]\nfamily = "abuse"', "[groups.words]", "symbols.RUDE: a symbol of the group"),
        ('family = "abuse"', 'family = "rude"', "groups.words.family: must be one of spam, abuse"),
        ('family = "abuse"', 'family = ["abuse"]', "groups.words.family: must be one of"),
        ("[groups.site]", "[groups.Site]", "groups: the name 'Site' must look like"),
        ("points = 2", "", "symbols.MILD.points: is missing"),
        ("points = 2", "points = 1e9", "symbols.MILD.points: must be from -100 to 100"),
        ('group = "free"', "", "symbols.MILD.group: is missing"),
        ('group = "free"', 'group = "none"', "symbols.MILD: there is no group none"),
        ('sentence = "Mild."', "", "symbols.MILD.sentence: is missing"),
        ('sentence = "Mild."', 'sentence = " "', "symbols.MILD.sentence: must be text"),
        ('sentence = "Mild."', 'sentence = "a\\nb"', "symbols.MILD.sentence: must be one line"),
        ('at_least = "held"', 'at_least = "pending"', "symbols.HOLDS: at_least must be a verdict"),
        ('at_least = "held"', 'at_least = "nonsense"', "symbols.HOLDS.at_least: must be one of"),
        ("shadow = true", "shadow = 1", "symbols.TRIED.shadow: must be true or false"),
        ("[symbols.MILD]", "[symbols.mild]", "symbols: the name 'mild' must look like"),
        ("[symbols.MILD]\n", "[symbols.MILD]\nscore = 1\n", "symbols.MILD.score: is not known here"),
        ('all = ["MILD", "RUDE"]', "", "composites.BOTH: all or any must name a symbol"),
        ('all = ["MILD", "RUDE"]', "all = []", "composites.BOTH.all: must list 1 to 32 symbols"),
        ('all = ["MILD", "RUDE"]', "all = [1]", "composites.BOTH.all: must list 1 to 32 symbols"),
        ('"RUDE"]', '"ROUGH"]', "composites.BOTH: the policy knows no symbol ROUGH"),
        ('"RUDE"]', '"AGAIN"]', "composites: a circle, "),
        ('"RUDE"]', '"BOTH"]', "composites: a circle, "),
        ("[composites.BOTH]", COMPOSITE.replace("X1", "MILD") + "[composites.BOTH]",
         "composites.MILD: there is a symbol of this name"),
        ("[priors]", "[priors", "the policy is not TOML"),
    ],
)  # fmt: skip
def test_a_faulty_policy_is_refused(old, new, place) -> None:
    """Each fault is named by its place and by what is asked there."""
    assert old in TEXT
    with pytest.raises(InvalidPolicy) as refused:
        parse_policy(TEXT.replace(old, new, 1))
    assert place in str(refused.value)


def test_all_faults_are_named_at_once() -> None:
    """Whoever writes a policy need not find them one by one."""
    text = TEXT.replace("points = 2", "").replace("cap = 4", "cap = -4")
    with pytest.raises(InvalidPolicy, match=r"groups\.small\.cap.*symbols\.MILD\.points"):
        parse_policy(text)


@pytest.mark.parametrize("text", ["", "x" * 200_001, "a = " + "[" * 5_000, "\x00", "\ud800"])
def test_what_is_no_policy_at_all_is_refused(text) -> None:
    """Empty, far too long, nested beyond reason, or not text."""
    with pytest.raises(InvalidPolicy):
        parse_policy(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["version", "priors", "thresholds", "groups", "symbols", "composites"]),
        VALUES,
    )
)
def test_nothing_else_can_go_wrong_with_a_policy(data) -> None:
    """Whatever a file holds in place of what is asked: it is refused, never an exception of ours."""
    with pytest.raises(InvalidPolicy):
        policy_from_data(data)


def test_composites_stand_after_those_they_are_made_of() -> None:
    """So that one walk finds them all, in whatever order the file has them."""
    assert list(parse_policy(TEXT).composites) == ["BOTH", "AGAIN"]
    turned = TEXT.replace("[composites.BOTH]", "[composites.ZERO]").replace('["BOTH"]', '["ZERO"]')
    assert list(parse_policy(turned).composites) == ["ZERO", "AGAIN"]


def test_the_packaged_policy_can_be_read() -> None:
    """The file that is shipped has no fault."""
    assert packaged_policy().version == "2"
