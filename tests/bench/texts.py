"""Comments to measure with: made up, friendly, of ordinary length, and no two alike."""

import random

_WORDS = """
about after again against almost along already also always among another around autumn away bakery
because before begin behind below beside better between beyond bicycle bird book both bread bridge
bring broad build butter call careful carry change choose church circle city clean clear climb
close cloud coast coffee cold colour come common cook corner country cover cross daily dance
decide deep different direct dinner distance door draw drink drive early earth east easy edge
eight either empty enjoy enough evening every example explain family farm father feel field fill
find finish first fish floor flower follow forest forget forward fresh friend front fruit full
garden gather give glad grass great green grow guess half happen happy harbour harvest hear heavy
help hill history hold honest hope horse house idea inside island join journey keep kitchen know
lake large last later laugh learn leave letter light list listen little long look market meadow
meet middle mile minute moment month morning mother mountain move music narrow nature near
neighbour never nice night north notice number ocean often open orange order other outside paint
paper park past path people perhaps picture place plain plan plant play pleasant point pond
present pretty quiet rain reach read ready remember rest return rich ride right ring river road
roof room round sail sand save school sea season second seem several shade share shell ship shore
short show side simple sing sister sky sleep slow small smile snow soft song soon sound south
space speak spring stand star start station stay step still stone story street strong study summer
sun sure table talk teach tell thank thing think third time today together town train travel tree
turn under until useful valley village visit voice wait walk wall warm watch water weather week
well west wheel where while whole wide wind window winter wonder wood word work world write yard
year yellow yesterday young
""".split()  # noqa: SIM905 (a list of 280 lines would hide what is here)


def text(number: int) -> str:
    """The comment of that number: three to six sentences, some 300 characters."""
    chance = random.Random(number)
    return " ".join(_sentence(chance) for _ in range(chance.randint(3, 6)))


def author(number: int) -> tuple[str, str]:
    """A name and an address; `example.org` is reserved, nobody gets mail there."""
    first, last = random.Random(-number - 1).sample(_WORDS, 2)
    return f"{first.capitalize()} {last.capitalize()}", f"reader-{number}@example.org"


def _sentence(chance: random.Random) -> str:
    words = chance.sample(_WORDS, chance.randint(8, 14))
    return f"{' '.join(words).capitalize()}."
