"""The reasons that every site begins with: for each code and language a label and a sentence.

The label is what moderators choose by, the sentence what the author reads after "Your comment was
not published:". Translations say the same and no more.
"""

from collections.abc import Mapping

Pair = tuple[str, str]

BUILT_IN: Mapping[str, Mapping[str, Pair]] = {
    "spam": {
        "en": ("Spam", "It was taken for advertising or spam."),
        "ar": ("بريد مزعج", "اعتُبر إعلانًا أو رسالة مزعجة."),
        "de": ("Spam", "Er wurde als Werbung oder Spam eingestuft."),
        "es": ("Spam", "Se consideró publicidad o spam."),
        "fr": ("Indésirable", "Il a été considéré comme de la publicité ou du spam."),
        "zh": ("垃圾信息", "它被视为广告或垃圾信息。"),
    },
    "off_topic": {
        "en": ("Off topic", "It has nothing to do with the page that it stands on."),
        "ar": ("خارج الموضوع", "لا علاقة له بموضوع الصفحة."),
        "de": ("Nicht zum Thema", "Er hat mit dem Thema der Seite nichts zu tun."),
        "es": ("Fuera de tema", "No tiene relación con el tema de la página."),
        "fr": ("Hors sujet", "Il n'a pas de rapport avec le sujet de la page."),
        "zh": ("离题", "它与页面的主题无关。"),
    },
    "insult": {
        "en": ("Insult", "It insults or belittles somebody."),
        "ar": ("إهانة", "يتضمن إهانة لشخص أو تحقيرًا له."),
        "de": ("Beleidigung", "Er beleidigt jemanden oder setzt jemanden herab."),
        "es": ("Insulto", "Insulta o menosprecia a alguien."),
        "fr": ("Insulte", "Il insulte ou rabaisse quelqu'un."),
        "zh": ("侮辱", "它侮辱或贬低了他人。"),
    },
    "hate": {
        "en": ("Hate", "It attacks people for what they are: origin, faith, sex or the like."),
        "ar": ("كراهية", "يهاجم أشخاصًا بسبب أصلهم أو دينهم أو جنسهم أو ما شابه."),
        "de": (
            "Hass",
            "Er greift Menschen für Herkunft, Glauben, Geschlecht oder Ähnliches an.",
        ),
        "es": ("Odio", "Ataca a personas por su origen, su fe, su sexo o algo semejante."),
        "fr": (
            "Haine",
            "Il attaque des personnes pour leur origine, leur foi, leur sexe ou autre.",
        ),
        "zh": ("仇恨", "它因出身、信仰、性别等攻击他人。"),
    },
    "threat": {
        "en": ("Threat", "It threatens somebody, or calls for violence."),
        "ar": ("تهديد", "يهدد شخصًا أو يدعو إلى العنف."),
        "de": ("Drohung", "Er droht jemandem oder ruft zu Gewalt auf."),
        "es": ("Amenaza", "Amenaza a alguien o incita a la violencia."),
        "fr": ("Menace", "Il menace quelqu'un ou appelle à la violence."),
        "zh": ("威胁", "它威胁他人或煽动暴力。"),
    },
    "sexual": {
        "en": ("Sexual content", "It is sexual in a way that does not belong here."),
        "ar": ("محتوى جنسي", "يتضمن محتوى جنسيًا غير لائق هنا."),
        "de": ("Sexueller Inhalt", "Er ist auf eine Weise sexuell, die nicht hierher gehört."),
        "es": ("Contenido sexual", "Es sexual de un modo que no corresponde aquí."),
        "fr": ("Contenu sexuel", "Il est à caractère sexuel, ce qui n'a pas sa place ici."),
        "zh": ("色情内容", "它含有不适合此处的色情内容。"),
    },
    "personal_data": {
        "en": (
            "Personal data",
            "It tells personal data, such as an address or a telephone number.",
        ),
        "ar": ("بيانات شخصية", "يكشف بيانات شخصية، مثل عنوان أو رقم هاتف."),
        "de": (
            "Persönliche Daten",
            "Er nennt persönliche Daten, etwa eine Anschrift oder eine Telefonnummer.",
        ),
        "es": (
            "Datos personales",
            "Da a conocer datos personales, como una dirección o un teléfono.",
        ),
        "fr": (
            "Données personnelles",
            "Il divulgue des données personnelles, comme une adresse ou un numéro de téléphone.",
        ),
        "zh": ("个人信息", "它泄露了地址、电话号码等个人信息。"),
    },
    "illegal": {
        "en": ("Illegal", "What it says or links to may be against the law."),
        "ar": ("غير قانوني", "قد يكون ما يقوله أو يحيل إليه مخالفًا للقانون."),
        "de": ("Rechtswidrig", "Was er sagt oder verlinkt, verstößt womöglich gegen das Recht."),
        "es": ("Ilegal", "Lo que dice o enlaza puede ser contrario a la ley."),
        "fr": ("Illégal", "Ce qu'il dit ou ce vers quoi il renvoie peut être contraire à la loi."),
        "zh": ("违法", "其内容或链接可能违法。"),
    },
    "duplicate": {
        "en": ("Duplicate", "The same has been said here already."),
        "ar": ("مكرر", "سبق أن قيل الشيء نفسه هنا."),
        "de": ("Doppelt", "Dasselbe steht hier bereits."),
        "es": ("Duplicado", "Ya se ha dicho lo mismo aquí."),
        "fr": ("Doublon", "La même chose a déjà été dite ici."),
        "zh": ("重复", "同样的内容已在此发表过。"),
    },
    "other": {
        "en": ("Something else", "It is against the rules for comments on this site."),
        "ar": ("سبب آخر", "يخالف قواعد التعليق في هذا الموقع."),
        "de": ("Etwas anderes", "Er verstößt gegen die Regeln für Kommentare auf dieser Website."),
        "es": ("Otro motivo", "Infringe las normas de comentarios de este sitio."),
        "fr": ("Autre", "Il enfreint les règles des commentaires de ce site."),
        "zh": ("其他", "它违反了本站的评论规则。"),
    },
}
