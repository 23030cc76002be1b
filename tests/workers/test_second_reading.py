"""When the second reader is asked, what it changes, and what becomes of a comment it cannot read."""

from subjects import subject

from service.core.policy import decide, packaged_policy
from service.core.states import State
from workers.model.deep import SecondReader, packaged_second_reader
from workers.pipeline import Pipeline

DENIED = (
    "Nobody should ever say that immigrants are filthy animals. It is wrong and it hurts people."
)
MEANT = "Immigrants are filthy animals, and I will go on saying it whoever it hurts."
FRIENDLY = "Thank you for the recipe, I baked it on Sunday and we liked it a lot."
GERMAN = "Diese Ausländer sind doch alle dreckige Tiere und sollen endlich verschwinden, sage ich."


def signals(pipeline: Pipeline, *texts: str) -> list[dict[str, float]]:
    found = pipeline.screen([subject(text) for text in texts], lambda: None)
    return [{one.symbol: one.strength for one in some} for some in found]


def test_it_is_asked_where_there_is_doubt_only():
    """A comment that nobody would object to costs nothing more, nor one in another language."""
    doubtful, plain, german = signals(
        Pipeline(second=packaged_second_reader()), MEANT, FRIENDLY, GERMAN
    )
    assert {"DEEP_ABUSE", "DEEP_HATE"} <= set(doubtful)
    assert "DEEP_ABUSE" not in plain
    assert "DEEP_ABUSE" not in german


def test_it_is_asked_wherever_a_group_is_named():
    """A friendly word about a group is read as well, and the models before it count half there."""
    text = "Thank you all, the immigrants on our street baked the bread for the fair on Sunday."
    [found] = Pipeline(second=packaged_second_reader()).screen([subject(text)], lambda: None)
    details = {one.symbol: one.detail for one in found}
    assert "DEEP_ABUSE" in details
    assert details["MODEL_ABUSE"].endswith("counted 50%")
    assert decide(found, packaged_policy()).state is State.APPROVED


def test_a_denial_gets_less_than_the_attack():
    """The same words count for less where the sentence denies them."""
    denied, meant = signals(Pipeline(second=packaged_second_reader()), DENIED, MEANT)
    assert denied["DEEP_ABUSE"] < meant["DEEP_ABUSE"]


def test_what_it_carries_is_shown_in_the_text_as_written():
    """The evidence lies in what the visitor typed, disguises and all."""
    text = "Hello all. Immigr\u200bants are fi\u200blthy animals and should be driven out of here."
    [found] = Pipeline(second=packaged_second_reader()).screen([subject(text)], lambda: None)
    [deep] = [one for one in found if one.symbol == "DEEP_HATE"]
    assert "Immigr\u200bants" in [text[start:end] for start, end in deep.spans]


def test_without_the_extra_nothing_is_asked():
    """The pipeline does without it, and its versions do not name one."""
    [found] = signals(Pipeline(), MEANT)
    assert "DEEP_ABUSE" not in found
    assert "second_reader" not in Pipeline().versions()
    reader = packaged_second_reader()
    assert Pipeline(second=reader).versions()["second_reader"] == reader.version


class Blind(SecondReader):
    """A reader that breaks over one comment, and reads the others."""

    def log_odds(self, texts):
        if "denied" not in texts[0]:
            return super().log_odds(texts)
        raise RuntimeError(texts[0])


def test_one_that_it_cannot_read_is_held_and_the_others_are_not():
    """Nothing is approved because the reader broke; its fault is named without the text."""
    texts = [f"{DENIED} Let it be denied.", FRIENDLY]
    broken, fine = Pipeline(second=Blind()).screen([subject(text) for text in texts], lambda: None)
    [fault] = [one for one in broken if one.symbol == "CHECK_FAILED"]
    assert fault.detail == "second_reader (Unread)"
    assert decide(broken, packaged_policy()).state is not State.APPROVED
    assert decide(fine, packaged_policy()).state is State.APPROVED
