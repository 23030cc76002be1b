"""The checks of what sells, hides or says nothing: promotion, names, disguises, language, noise."""

import pytest
from subjects import FRIENDLY, signals, verdict

from service.core.states import State


@pytest.mark.parametrize(
    ("text", "symbol", "place"),
    [
        ("Try our online casino today", "PROMOTION_GAMBLING", "online casino"),
        ("Cheap V1agra, no prescription", "PROMOTION_PHARMACY", "V1agra"),
        ("You can m a k e  m o n e y  o n l i n e too", "PROMOTION_MONEY", "m a k e  m o n e y  o n l i n e"),
        ("He is an expert trader for forex trading", "PROMOTION_CRYPTO", "expert trader"),
        ("We sell \U0001d42b\U0001d41e\U0001d429\U0001d425\U0001d422\U0001d41c\U0001d41a watches", "PROMOTION_GOODS",
         "\U0001d42b\U0001d41e\U0001d429\U0001d425\U0001d422\U0001d41c\U0001d41a watches"),
        ("Meet hot singles near you", "PROMOTION_ADULT", "hot singles"),
        ("Please CHECK  OUT my channel", "PROMOTION_CHANNEL", "CHECK  OUT my channel"),
        ("WhatsApp me at +44 7700 900123", "CONTACT_LURE", "WhatsApp me"),
        ("Great post, thanks for sharing!", "STOCK_PRAISE", "Great post"),
    ],
)  # fmt: skip
def test_advertisements_are_seen_under_disguises_where_they_stand(text, symbol, place) -> None:
    """Phrases are looked for in what is read, and shown in what was typed."""
    found = signals(text)[symbol]
    start, end = found.spans[0]
    assert text[start:end] == place


def test_phrases_are_whole_words_and_more_of_them_are_stronger() -> None:
    """ "Casinos" is an entry, "casinoed" is not."""
    assert "PROMOTION_GAMBLING" not in signals("They casinoed all day and roulettes spun.")
    one = signals("It was about roulette.")["PROMOTION_GAMBLING"].strength
    three = signals("Roulette, blackjack and free spins.")["PROMOTION_GAMBLING"].strength
    assert one < three == 1


def test_one_phrase_never_holds_a_comment_and_many_do() -> None:
    """Each phrase stands in honest comments, too; an advertisement has several, and a link."""
    for text in ("My uncle lost all in a casino.", "Check out this video, it is lovely.",
                 "Great article, very helpful, thanks for sharing!"):  # fmt: skip
        assert verdict(text, history={}).state is State.APPROVED
    advert = "Check out my channel and please subscribe to me! https://tube.example/c/me"
    assert verdict(advert, history={}).state is State.HELD


@pytest.mark.parametrize(
    "text",
    [
        "Make $5000 per week working from home! WhatsApp +44 7700 900123",
        "Best online slots at winbig88 dot com",
        "V1agra ch3ap, no pr3scription",
        "Онлайн казино Вулкан, бонус 100% https://vulkan-kazino.xyz",
        "加微信 abc12345，兼职日赚千元",
        "Crédit rapide sans justificatif, contactez-moi : pret.rapide@gmail.example",
    ],
)
def test_advertisements_with_a_way_to_them_are_more_than_their_words(text) -> None:
    """A link, a number or a handle beside them, or words in disguise; in several languages."""
    symbols = {one.signal.symbol for one in verdict(text).contributions}
    assert any(one.startswith("PROMOTION_") for one in symbols)
    assert symbols & {
        "PROMOTION_WITH_LINK", "PROMOTION_WITH_HIDDEN_LINK", "PROMOTION_WITH_CONTACT", "PROMOTION_IN_DISGUISE",
    }  # fmt: skip


def test_praise_beside_a_name_that_sells_is_held() -> None:
    """Blog spam gives itself away by its name and web site, not by its words."""
    given = {
        "history": {},
        "author_name": "Best SEO Services",
        "author_url": "https://cheap-seo-services.example/",
    }
    assert verdict("Great post, thanks for sharing!", **given).state is State.HELD
    assert verdict("Great post, thanks for sharing!", history={}).state is State.APPROVED


@pytest.mark.parametrize(
    ("name", "symbols"),
    [
        ("Erika Musterfrau", set()), ("\u5c71\u7530\u592a\u90ce", set()), ("Dr. No", set()),
        ("Max (the baker)", set()), ("J. R. R. T.", set()), ("Bob Price", set()),
        ("Online Casino", {"NAME_IS_KEYWORD"}), ("Cheap Essay Writing", {"NAME_IS_KEYWORD"}),
        ("best plumbers near me", {"NAME_IS_KEYWORD"}), ("www.shop.example", {"NAME_IS_LINK"}),
        ("c4s\u0456no", {"NAME_IS_KEYWORD", "OBFUSCATED_WORDS", "MIXED_SCRIPT_WORD"}),
    ],
)  # fmt: skip
def test_names_that_sell_are_told_from_names(name, symbols) -> None:
    """A name is what somebody is called, not what is searched for."""
    found = set(signals(author_name=name))
    assert found <= symbols
    assert bool(found) == bool(symbols)


@pytest.mark.parametrize(
    ("text", "symbol", "places"),
    [
        ("h3llo w0rld", "OBFUSCATED_WORDS", ["h3llo", "w0rld"]),
        ("buy v i a g r a now", "OBFUSCATED_WORDS", ["v i a g r a"]),
        ("buy v.i.a.g.r.a now", "OBFUSCATED_WORDS", ["v.i.a.g.r.a"]),
        ("\uff26\uff32\uff25\uff25 stuff", "OBFUSCATED_WORDS", ["\uff26\uff32\uff25\uff25"]),
        ("c&#97;sino", "OBFUSCATED_WORDS", ["&#97;"]),
        ("c\u0430sino and p\u0430ypal", "MIXED_SCRIPT_WORD", ["c\u0430sino", "p\u0430ypal"]),
    ],
)
def test_hidden_words_are_shown_where_they_were_typed(text, symbol, places) -> None:
    """One signal for letters of other alphabets, one for everything else."""
    assert [text[start:end] for start, end in signals(text)[symbol].spans] == places


@pytest.mark.parametrize(
    "text",
    [
        "In 2024 my mp3 player (2nd hand, 4th floor) cost 100$; see H1B, K2, a11y, i18n, AT&T.",
        "Sooooo good!!! It's \u201ctrue\u201d. U.S.A. forever", "\u5929\u6c17\u304c\u3044\u30444\u540d",
        "\u043c\u043e\u0441\u043a\u0432\u0430 2024 \u0438 iPhone", "@user_1 #tag2go https://a.example/x1y2",
        "k\u0131z\u0131m \u00e7ok g\u00fczel", "&lt;b&gt; &amp; &nbsp; &copy;", "$foo = $bar + 1",
    ],
)  # fmt: skip
def test_honest_text_hides_nothing(text) -> None:
    """Numbers, abbreviations, other scripts, code, quotes."""
    assert not {"OBFUSCATED_WORDS", "MIXED_SCRIPT_WORD"} & set(signals(text))


GERMAN = "Vielen Dank f\u00fcr den Artikel, meine Gro\u00dfmutter hat dasselbe Brot gebacken."


def test_languages_count_only_where_the_site_names_its_own() -> None:
    """Nothing is unexpected on a site that expects everything; short texts are in no language."""
    assert "LANGUAGE_UNEXPECTED" not in signals(GERMAN)
    assert "LANGUAGE_UNEXPECTED" not in signals(GERMAN, languages=("en", "de"))
    assert signals(GERMAN, languages=("en",))["LANGUAGE_UNEXPECTED"].detail == "de"
    assert "LANGUAGE_UNEXPECTED" not in signals(FRIENDLY, languages=("en",))
    assert "LANGUAGE_UNEXPECTED" not in signals("Danke sehr!", languages=("en",))
    assert verdict(GERMAN, languages=("en",), history={}).state is State.APPROVED


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("asdfghjkl qwertzuiop", True), ("xkqjvb wzxqkj fhgjdk", True), ("hgfdhgfdjhg kjhgkjhg", True),
        (FRIENDLY, False), (GERMAN, False), ("Angstschwei\u00df, Borschtsch, Rhythms", False),
        ("hmmm pffft tsk brrr", False), ("Szcz\u0119\u015bcie przestrze\u0144 krzy\u017c\u00f3wka", False),
        ("https://a.example/xkqjvbwzxqkj", False), ("\u041f\u0440\u0438\u0432\u0435\u0442 \u0432\u0437\u0433\u043b\u044f\u0434", False),
        ("zmrzlina, \u010dtvrtek, strch, prst skrz krk", False), ("watchstrap sixths twelfths", False),
    ],
)  # fmt: skip
def test_noise_is_told_from_words(text, odd) -> None:
    """What can be said in some language is no gibberish, nor what is not in Latin letters."""
    assert ("GIBBERISH" in signals(text)) is odd
