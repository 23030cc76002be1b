"""The checks of abuse: in pairs, what hurts and what only looks like it."""

import pytest
from subjects import FRIENDLY, signals, verdict

from service.core.states import State

ABUSE = {
    "PROFANITY", "PROFANITY_MENTIONED", "INSULT", "INSULT_UNDIRECTED", "SHOUTING_AT_SOMEONE", "THREAT",
    "IDENTITY_ATTACK", "SEXUAL_CONTENT", "SELF_HARM_RISK", "SELF_HARM_ENCOURAGED", "ABUSE_REPORTED",
}  # fmt: skip


def _seen(text: str) -> set[str]:
    return ABUSE & set(signals(text))


def _evidence(text: str, symbol: str) -> list[str]:
    return [text[start:end] for start, end in signals(text)[symbol].spans]


# -- harmless --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        FRIENDLY,
        "I am a gay Muslim man, and my wife is Jewish.",
        "Black people, women, disabled people and immigrants all work in this hospital.",
        "Scunthorpe, Essex, Arsenal, cockpit, shiitake, Dickens, assassin, classic, titbit, Penistone.",
        "You're killing it! I'd kill for a coffee right now, this heat is murder.",
        "I'll shoot you an email about it, and I will find you the link.",
        "The malaria parasite is no virus, and rats carry it not at all.",
        "Kids grow up fast. As you wish, I shut up the shop at six.",
        "My dog is an animal, and a stupid one, but I love him.",
        "The film is so sad that I died laughing at how sad it was.",
        "Women who vote are the majority here, and men are the minority.",
        "Ich finde die Muslime in meiner Straße sehr freundlich.",
        "On va manger ensemble avec les réfugiés dimanche, tu viens ?",
        "No quiero vivir en la ciudad, hay demasiado ruido.",
        "You are right, and your argument is good.",
        "Die Frauen im Verein haben gewonnen, mit den Vögeln im Wald.",
        "Un baiser de Paris, avec les noirs et blancs de la photo.",
        "La corrida de toros es cruel con los animales, esto es con leche.",
        "I opened it in GIMP, and Dick Cheney smiled.",
        "You could see blue tits and great tits in the mist by the Humber.",
        "She graduated summa cum laude.",
        "I hate the ads in women's magazines.",
        "Some women are lazy and some men are lazy.",
        "Homeless people are people, and old people are not stupid.",
    ],
)
def test_ordinary_comments_show_nothing(text) -> None:
    """Groups can be named, idioms used, and words may contain other words."""
    assert _seen(text) == set()


@pytest.mark.parametrize(
    ("harmless", "coarse"),
    [
        ("Das Zimmer ist hell und ruhig, nur die Dusche tropft.", "What the hell is this?"),
        ("Hell leuchtet der Mond.", "Go to hell."),
        ("Slut på semestern för i år, tack och hej.", "You are a slut."),
        ("Le retard du train était de deux heures.", "You retard."),
        ("Festen var slut, da vi kom hjem, og fart dræber, sagde politiet.", "She is a slut."),
    ],
)
def test_a_word_means_what_it_means_in_its_language(harmless, coarse) -> None:
    """What is coarse in one language is bright, over or late in another."""
    assert _seen(harmless) == set()
    assert _seen(coarse) != set()


@pytest.mark.parametrize(
    "text",
    [
        "Let the pork faggots in gravy simmer for an hour.",
        "Our bitch is about to have puppies.",
        "You're going to die laughing at the second act.",
        "I want to die my hair blue. Dye, I mean.",
        "Jump off the bus at the bridge.",
        "Immigrants breed hope in an old town.",
        "Nobody will miss you more than your old team.",
        "The policy is stupid, and it was stupid when the others had it.",
    ],
)
def test_a_row_of_words_may_mean_something_else(text) -> None:
    """Dishes, dogs, idioms and farewells."""
    assert _seen(text) == set()


# -- profanity -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "symbol", "evidence"),
    [
        ("This is bullshit and you know it.", "PROFANITY", ["bullshit"]),
        ("What the F**K happened here?", "PROFANITY", ["F**K"]),
        ("She is no wh*re.", "PROFANITY", ["wh*re"]),
        ("Complete b*llsh*t.", "PROFANITY", ["b*llsh*t"]),
        ("So eine Scheiße, echt.", "PROFANITY", ["Scheiße"]),
        ("Putain, encore en panne.", "PROFANITY", ["Putain"]),
        ("Vaya mierda de partido.", "PROFANITY", ["mierda"]),
        ("He called me a bitch at work.", "PROFANITY_MENTIONED", ["bitch"]),
        ("The word bitch is in its title.", "PROFANITY_MENTIONED", ["bitch"]),
        ('The banner said "bullshit" in red.', "PROFANITY_MENTIONED", ["bullshit"]),
        ("Drinks are on this bitch, I passed!", "PROFANITY", ["bitch"]),
        ("We old bitches meet at six.", "PROFANITY_MENTIONED", ["bitches"]),
    ],
)
def test_a_coarse_word_said_is_more_than_one_told(text, symbol, evidence) -> None:
    """Quoted, reported, spoken of, or said of oneself, a word has a weaker symbol."""
    assert {"PROFANITY", "PROFANITY_MENTIONED"} & _seen(text) == {symbol}
    assert _evidence(text, symbol) == evidence


def test_mild_words_count_for_less() -> None:
    """A damn is no crime, and even a strong word alone holds no comment."""
    assert signals("That was damn good.")["PROFANITY"].strength < 0.5
    assert verdict("That was fucking good.").state is State.APPROVED


def test_what_models_do_not_know_is_held_all_the_same() -> None:
    """An insult, a reversed word or an address holds by itself, whatever the models make of it."""
    for text in (
        "T'es qu'une grosse pute",
        "kcuf you \u202eerohw\u202c",
        "He lives at 12 Acacia Avenue.",
    ):
        assert verdict(text).state is State.HELD


def test_a_text_that_is_one_quotation_is_said() -> None:
    """Marks around everything excuse nothing."""
    assert "INSULT" in _seen('"You are an idiot."')
    assert "INSULT" not in _seen('"You are an idiot", he wrote.')


# -- insults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("You are such an idiot.", ["You are such an idiot"]),
        ("Learn to read, moron.", ["moron"]),
        ("Your pathetic face says it all.", ["Your pathetic face"]),
        ("Nobody asked you, so shut the fuck up.", ["shut the fuck"]),
        ("Du bist so ein Idiot", ["Du bist so ein Idiot"]),
        ("T’es vraiment un connard", ["T’es vraiment un connard"]),
        ("Eres un idiota.", ["Eres un idiota"]),
        ("Du hirnloser Trottel", ["Du hirnloser Trottel"]),
        ("Halt die Fresse!", ["Halt die Fresse"]),
        ("Bande de cons !", ["Bande de cons"]),
        ("Vous êtes tous des idiots.", ["Vous êtes tous des idiots"]),
        ("Vete a la porra, hijo de puta", ["hijo de puta"]),
    ],
)
def test_an_insult_at_somebody_holds(text, evidence) -> None:
    """In four languages, and the evidence is what was typed."""
    assert _evidence(text, "INSULT") == evidence
    assert verdict(text).state is State.HELD


@pytest.mark.parametrize(
    "text",
    [
        "He told the whole class that you are an idiot.",
        "I never said you are an idiot.",
        'And then: "you are an idiot", to a child.',
    ],
)
def test_an_insult_told_or_denied_does_not_hold(text) -> None:
    """Who reports an insult has not insulted."""
    assert "INSULT" not in _seen(text)
    assert verdict(text).state is State.APPROVED


def test_an_insult_about_others_counts_less() -> None:
    """It is seen, and is not enough by itself."""
    assert _seen("What an idiot the referee was.") == {"INSULT_UNDIRECTED"}
    assert verdict("What an idiot the referee was.").state is State.APPROVED


def test_capitals_at_somebody_are_seen() -> None:
    """A row of capitals with "you" in it; not one stressed word, and not abbreviations."""
    text = "Well. WHY DO YOU ALWAYS WRITE THIS? Fine."
    assert _evidence(text, "SHOUTING_AT_SOMEONE") == ["WHY DO YOU ALWAYS WRITE THIS"]
    assert "SHOUTING_AT_SOMEONE" not in _seen("Did YOU see that NATO and the USA signed?")


# -- threats and self-harm -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "threat"),
    [
        ("I'm going to kill you.", True),
        ("I'll find you and break your legs.", True),
        ("We know where you live.", True),
        ("You should be shot.", True),
        ("Hope you get cancer.", True),
        ("Someone should hang him.", True),
        ("Ich bring dich um.", True),
        ("Je vais te tuer.", True),
        ("Te voy a matar.", True),
        ("I won't kill you.", False),
        ("He wrote that he would kill me.", False),
        ("They kill people with such laws.", False),
        ("I will beat you at chess.", False),
        ("He should be shot in profile, the light is better.", False),
        ("He should be shot in the head.", True),
        ("You deserve to be shot.", True),
        ("I hope your children get raped.", True),
        ("Watch your back when you lift those boxes.", False),
        ("Watch your back, mate.", True),
        ("Die Pfeife meines Vaters liegt noch da.", False),
        ("Die, idiot.", True),
    ],
)
def test_threats(text, threat) -> None:
    """Violence with a target, announced or wished; idioms and photographs are none."""
    assert ("THREAT" in _seen(text)) is threat


@pytest.mark.parametrize(
    "text",
    [
        "I want to kill myself.",
        "i don't want to live anymore",
        "I just want to die.",
        "They would be better off without me.",
        "Ich will nicht mehr leben.",
        "Je veux mourir.",
        "Quiero morirme.",
        "I want to die, and you are all idiots.",
        "I want to die, you fucking faggot, and I'm going to kill you first, idiot.",
    ],
)
def test_somebody_in_danger_is_held_for_a_person(text) -> None:
    """Whatever else it has, and as no abuse of its own."""
    found = verdict(text)
    assert found.state is State.HELD
    [risk] = [one for one in found.contributions if one.signal.symbol == "SELF_HARM_RISK"]
    assert risk.points == 0
    assert "person" in risk.sentence


@pytest.mark.parametrize(
    "text",
    [
        "I want to die of laughter.",
        "I nearly killed myself laughing.",
        "Don't kill yourself over this exam.",
        "I don't want to live in London.",
        "My end of the deal: take my life insurance.",
    ],
)
def test_idioms_are_no_danger(text) -> None:
    """What people say of heat, embarrassment and exams."""
    assert not {"SELF_HARM_RISK", "SELF_HARM_ENCOURAGED"} & _seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "Kill yourself.",
        "kys",
        "k y s",
        "go k*ll yourself",
        "k1ll y0urs3lf",
        "Just go and die.",
        "Bring dich um.",
        "Mátate.",
    ],
)
def test_telling_somebody_to_die_is_abuse(text) -> None:
    """Held at once."""
    assert "SELF_HARM_ENCOURAGED" in _seen(text)
    assert verdict(text).state in {State.HELD, State.REJECTED}


# -- identity --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attack", "answer"),
    [
        ("Muslims are vermin.", "Nobody should say that Muslims are vermin."),
        ("Women are too emotional to lead.", "He told us that women are too emotional to lead."),
        ("Deport all immigrants.", "It is racist to write: they want to deport all immigrants."),
        ("Gay people are a disease.", 'The leaflet said "gay people are a disease", and I cried.'),
        ("Go back to Africa.", "A man shouted go back to Africa at my son."),
        ("Disabled people are a burden.", "Disabled people are not a burden."),
        ("The Jews run the media.", "It is a myth that the Jews run the media."),
        ("Ausländer raus!", 'Am Haus stand "Ausländer raus", und wir malten es über.'),
        ("Les immigrés sont des parasites.", "Il a dit que les immigrés sont des parasites."),
        ("Los inmigrantes son una plaga.", "Dijo que los inmigrantes son una plaga."),
        ("Die Muslime sind Abschaum.", "Niemand sagt, die Muslime sind Abschaum."),
    ],
)
def test_attacks_on_groups_and_answers_to_them(attack, answer) -> None:
    """The same words: said, and then denied, reported, quoted or answered."""
    assert "IDENTITY_ATTACK" in _seen(attack)
    assert verdict(attack).state is State.HELD
    assert "IDENTITY_ATTACK" not in _seen(answer)
    assert verdict(answer).state is State.APPROVED


def test_a_slur_said_of_oneself_is_no_attack() -> None:
    """At somebody it is."""
    assert "IDENTITY_ATTACK" in _seen("Shut up, you faggot.")
    assert "IDENTITY_ATTACK" not in _seen("I am a proud old dyke, and I fix bikes.")


def test_denial_for_show_is_seen() -> None:
    """ "I am not racist but" is followed by what it denies."""
    assert "IDENTITY_ATTACK" in _seen("I'm not racist but they all look the same to me.")


def test_words_with_another_meaning_are_weak_alone() -> None:
    """A dyke may be a wall; at somebody, the word holds."""
    assert verdict("Behind the old wall is another dyke from 1650.").state is State.APPROVED
    assert verdict("Get out of here, dirty dyke.").state is State.HELD


def test_what_is_disguised_is_read() -> None:
    """Spaced out, in fancy letters, or with letters of other alphabets."""
    for text in (
        "f u c k you",
        "f\u03c5ck you",
        "\U0001d503\U0001d4f8\U0001d4fe are an idiot, f.u.c.k you",
    ):
        assert "INSULT" in _seen(text)
        [(start, end)] = signals(text)["PROFANITY"].spans
        assert text[start] == "f"
        assert text[end - 1] == "k"


def test_names_are_read_too() -> None:
    """Abuse in the author's name counts, and has no place in the text."""
    found = signals(author_name="Kill all Jews")["IDENTITY_ATTACK"]
    assert (found.detail, found.spans) == ("in the name", ())
    assert ABUSE & set(signals(author_name="Dick Gay-Black")) == set()


# -- sexual ----------------------------------------------------------------------------------------


def test_sexual_offers_weigh_more_than_single_words() -> None:
    """An offer holds; one word in a sentence about something does not."""
    assert verdict("Hot girls waiting, send nudes").state is State.HELD
    assert verdict("The article compares porn laws in six countries.").state is State.APPROVED
    assert _seen("Breast cancer is found earlier by screening, and sex education helps.") == set()
