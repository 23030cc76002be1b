"""What the comment form says, in the languages that readers may have: one entry each.

A language that is not here gets English. The widget's own words (buttons, states, times) are in
`service/web/widget/source/lang`; both have the same languages, and a test holds them to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class FormWords:
    """`fields` has a label for each name in `core.form.form_fields`."""

    heading: str
    note: str
    submit_label: str
    fields: Mapping[str, str]
    leave_empty: str
    """What stands at the field for programs, for the few people who meet it."""


def _words(heading: str, note: str, submit_label: str, labels: str, leave_empty: str) -> FormWords:
    names = ("content", "author_name", "author_email", "author_url")
    fields = MappingProxyType(dict(zip(names, labels.split(" | "), strict=True)))
    return FormWords(heading, note, submit_label, fields, leave_empty)


FORM_WORDS: Mapping[str, FormWords] = MappingProxyType(
    {
        "en": _words(
            "Leave a Reply",
            "Your email address will not be published. Required fields are marked *",
            "Post Comment",
            "Comment | Name | Email | Website",
            "Leave this field empty",
        ),
        "ar": _words(
            "اترك تعليقًا",
            "لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *",
            "إرسال التعليق",
            "التعليق | الاسم | البريد الإلكتروني | الموقع الإلكتروني",
            "اترك هذا الحقل فارغًا",
        ),
        "de": _words(
            "Schreiben Sie einen Kommentar",
            "Ihre E-Mail-Adresse wird nicht veröffentlicht. "
            "Erforderliche Felder sind mit * markiert",
            "Kommentar abschicken",
            "Kommentar | Name | E-Mail | Website",
            "Lassen Sie dieses Feld leer",
        ),
        "es": _words(
            "Deja un comentario",
            "Tu dirección de correo electrónico no será publicada. "
            "Los campos obligatorios están marcados con *",
            "Publicar el comentario",
            "Comentario | Nombre | Correo electrónico | Web",
            "Deja este campo vacío",
        ),
        "fr": _words(
            "Laisser un commentaire",
            "Votre adresse e-mail ne sera pas publiée. "
            "Les champs obligatoires sont indiqués avec *",
            "Publier le commentaire",
            "Commentaire | Nom | E-mail | Site web",
            "Laissez ce champ vide",
        ),
        "zh": _words(
            "发表评论",
            "您的邮箱地址不会被公开。必填项已用 * 标注",
            "发表评论",
            "评论 | 显示名称 | 邮箱 | 网站",
            "请将此字段留空",
        ),
    }
)


RIGHT_TO_LEFT = frozenset({"ar"})


def best_language(tag: str) -> str:
    """The language of ours that a BCP 47 tag such as `de-AT` asks for, else English."""
    language = tag[:64].replace("_", "-").partition("-")[0].strip().lower()
    return language if language in FORM_WORDS else DEFAULT_LANGUAGE
