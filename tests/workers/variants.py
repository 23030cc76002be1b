"""Spins one text into many, as campaigns do: other words in its slots, names, addresses, disguises."""

import random
import re

_SLOT = re.compile(r"\{([^{}]*)\}")

CAMPAIGN = (
    "{Hello|Hi|Dear} {everyone|friends|readers}, my {cousin|neighbour|sister} {NAME} was {out of work|"
    "without a job|at home} for two years until she {found|met|tried} this {program|course|system} "
    "for trading on the {phone|laptop|tablet}. In the {first|second} {week|month} she {made|earned|"
    "took home} {NUMBER} {dollars|euros} with half an hour of {work|effort} every {evening|morning|"
    "day}, and {nobody|no one} had to {explain|show} anything to her twice. They answer all "
    "{questions|mails|calls} {at once|quickly} and the {start|beginning} costs {nothing|not a cent} at "
    "all. {Look|See|Check} for yourself at {URL} {before|while} they {still take|accept} new {people|"
    "members}, I {wish|only wish} {somebody|someone} had told me {sooner|earlier|last year}."
)


def spun(seed: int, template: str = CAMPAIGN) -> str:
    """A variant; the same for the same seed."""
    rng = random.Random(seed)

    def filled(slot: re.Match[str]) -> str:
        match slot[1]:
            case "NAME":
                return rng.choice(
                    ["Anna", "Carla", "Dora", "Elif", "Greta", "Hana", "Ines", "Jana"]
                )
            case "NUMBER":
                return str(rng.randrange(1_000, 9_999))
            case "URL":
                host = "".join(rng.choices("abcdefghijklmnop", k=9))
                return f"https://{host}.example/{rng.randrange(10**6)}"
            case words:
                return rng.choice(words.split("|"))

    return _disguised(_SLOT.sub(filled, template), rng)


def _disguised(text: str, rng: random.Random) -> str:
    """As it is, in full-width letters here and there, with invisible ones, or in odd cases."""
    way = rng.randrange(4)
    if way == 0:
        return text
    words = text.split(" ")
    for place in rng.sample(range(len(words)), len(words) // 3):
        word = words[place]
        if way == 1 and not word.startswith("http"):
            word = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word)
        elif way == 2:
            word = word[:1] + "\u200b" + word[1:]
        elif way == 3:
            word = word.swapcase()
        words[place] = word
    return " ".join(words)
