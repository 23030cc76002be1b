"""The language of the text, where the site says which ones its readers write."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_language(material: Material) -> Iterable[Signal]:
    expected = material.subject.site.settings.languages
    if not expected:
        return
    language = material.text.language
    if language is not None and language not in expected:
        yield Signal("LANGUAGE_UNEXPECTED", detail=language)
