"""The form as data: one list for the schema, the asterisks and the answer of `/form`."""

from service.core.form import HONEYPOT_FIELD, NAME_MAX_CHARS, form_fields
from service.core.languages import FORM_WORDS, RIGHT_TO_LEFT, best_language
from service.core.site import SITE_SETTING_NAMES, SiteSettings


def test_the_default_form_is_the_familiar_one() -> None:
    """Comment, name and e-mail are required, a web site is not."""
    fields = form_fields(SiteSettings())
    assert [(one.name, one.label, one.required, one.max_length) for one in fields] == [
        ("content", "Comment", True, 10_000),
        ("author_name", "Name", True, NAME_MAX_CHARS),
        ("author_email", "Email", True, 254),
        ("author_url", "Website", False, 2_000),
    ]


def test_a_sites_settings_decide_what_is_required_and_how_long() -> None:
    """The asterisks follow the settings, and a comment itself is always needed."""
    settings = SiteSettings(require_name=False, require_email=False, content_max_chars=65_000)
    fields = {one.name: one for one in form_fields(settings)}
    assert [name for name, one in fields.items() if one.required] == ["content"]
    assert fields["content"].max_length == 65_000


def test_the_honeypot_is_no_field_of_the_form() -> None:
    """Whoever fills in what `/form` lists never touches it."""
    assert HONEYPOT_FIELD not in {one.name for one in form_fields(SiteSettings())}


def test_every_language_has_every_label_and_the_same_asterisks() -> None:
    """A language changes what the form says and nothing else."""
    english = form_fields(SiteSettings())
    for language in FORM_WORDS:
        labels = [one.label for one in form_fields(SiteSettings(), language)]
        assert len(labels) == len(set(labels)) == len(english)
        assert FORM_WORDS[language].note.count("*") == 1
    assert FORM_WORDS.keys() >= RIGHT_TO_LEFT


def test_a_tag_finds_its_language_and_a_strange_one_english() -> None:
    """Regions and scripts do not matter; what is no language of ours gets English."""
    tags = {"de-AT": "de", "zh-Hant-TW": "zh", "FR": "fr", "pt_BR": "en", "ar": "ar", "": "en"}
    assert {tag: best_language(tag) for tag in tags} == tags
    assert best_language("x" * 100_000) == "en"


def test_every_site_setting_is_documented() -> None:
    """Each has its help, from which the documentation is made."""
    fields = SiteSettings.__dataclass_fields__
    assert set(SITE_SETTING_NAMES) == set(fields)
    assert all(one.metadata["help"].endswith(".") for one in fields.values())
