"""The second reader, with the weights that are shipped."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.errors import SetupError
from workers.model.deep import FOLDER, HEADS, SecondReader, packaged_second_reader, plain

READER = packaged_second_reader()


def abuse(text: str) -> float:
    return READER.score([text])[0]["abuse"]


def hate(text: str) -> float:
    return READER.score([text])[0]["hate"]


def test_an_insult_scores_above_thanks():
    """A plain insult is likely abuse, and thanks for an article are not."""
    assert abuse("You are a pathetic moron, shut your stupid mouth.") > 0.8
    assert abuse("Thanks for this article, I learned a lot about bees.") < 0.1


def test_hate_is_told_from_rudeness():
    """An attack on a group is hate; a rude word at one person is abuse and no hate."""
    assert hate("Immigrants are filthy animals and should be driven out of here.") > 0.7
    assert hate("This referee is a complete idiot.") < 0.3


@pytest.mark.parametrize(
    ("attack", "fair"),
    [
        ("Gay people are a disease.", "Gay people are not a disease, stop saying such things."),
        ("Muslims should all be deported.", "It is wrong to say that Muslims should be deported."),
        ("I hate Jews.", "I hate it when people attack Jews."),
        (
            "Women are too stupid to vote.",
            "My grandmother was told that women are too stupid to vote.",
        ),
    ],
)
def test_meaning_decides_between_the_same_words(attack: str, fair: str):
    """What denies or reports an attack scores below the attack."""
    assert hate(attack) > hate(fair)


@pytest.mark.parametrize("who", ["Muslim", "gay", "Jewish", "black", "deaf", "trans", "Mexican"])
def test_naming_a_group_is_no_hate(who: str):
    """A harmless sentence about somebody of a group stays far from being held."""
    assert hate(f"My neighbour is {who} and we went to the market together.") < 0.2


def test_a_text_scores_the_same_alone_and_among_others():
    """Neighbours in a batch change nothing."""
    texts = ["You idiot.", "A long sentence about the weather in May. " * 30, "", "ok"]
    assert READER.score(texts) == [READER.score([text])[0] for text in texts]


def test_the_end_of_a_long_text_is_read_too():
    """An insult after a page of friendly words is found."""
    friendly = "The weather was mild and we walked along the river to the old mill. " * 40
    assert abuse(friendly + "You are all pathetic morons, go and die.") > abuse(friendly) + 0.3


def test_spans_show_what_carried_the_score():
    """The evidence lies in the insult, in places of the text as given."""
    text = "I read your whole post about the harbour twice, you worthless piece of garbage"
    spans = READER.spans(text)["abuse"]
    assert spans
    assert any(
        "worthless" in text[start:end] or "garbage" in text[start:end] for start, end in spans
    )
    assert READER.spans("")["abuse"] == ()


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_any_text_can_be_read(text: str):
    """No Unicode text raises, lone surrogates included, and a score is a probability."""
    found = READER.score([text])[0]
    assert list(found) == list(HEADS)
    assert all(0.0 <= one <= 1.0 for one in found.values())


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\u0301" * 9000, "x" * 9000, "&amp;" * 3000])
def test_odd_texts_can_be_read(text: str):
    """Empty, endless and broken texts are read like others."""
    assert 0.0 <= abuse(text) <= 1.0
    assert READER.spans(text)["hate"] is not None


def test_addresses_and_handles_are_all_alike():
    """What differs between sites only is left out of what is read."""
    assert (
        plain("RT @some.one:  see https://example.com/x?y &amp; tell")
        == "@user.one: see http & tell"
    )


def copied(folder: Path, **changed: bytes) -> Path:
    """A folder with the shipped files, some of them changed, and a card that fits them."""
    parts = {name: (FOLDER / name).read_bytes() for name in ("reader.onnx", "tokenizer.json")}
    parts |= {name.replace("_", "."): data for name, data in changed.items()}
    for name, data in parts.items():
        (folder / name).write_bytes(data)
    card = json.loads((FOLDER / "reader.json").read_bytes())
    card["sha256"] = sha256(parts["reader.onnx"] + parts["tokenizer.json"]).hexdigest()
    (folder / "reader.json").write_text(json.dumps(card))
    return folder


def test_a_missing_file_is_named(tmp_path: Path):
    """Whoever switches the reader on without its files learns which one is missing."""
    with pytest.raises(SetupError, match=r"reader\.json is missing"):
        SecondReader(tmp_path)
    copied(tmp_path)
    (tmp_path / "reader.onnx").unlink()
    with pytest.raises(SetupError, match=r"reader\.onnx is missing"):
        SecondReader(tmp_path)


def test_other_weights_than_the_card_describes_are_refused(tmp_path: Path):
    """A calibration is worth nothing with other weights."""
    copied(tmp_path)
    with (tmp_path / "reader.onnx").open("ab") as weights:
        weights.write(b"x")
    with pytest.raises(SetupError, match="not what their card describes"):
        SecondReader(tmp_path)


@pytest.mark.parametrize("name", ["reader_onnx", "tokenizer_json"])
@pytest.mark.parametrize("data", [b"", b"{}", b"\x08\x07nonsense"])
def test_broken_files_are_a_clear_error(tmp_path: Path, name: str, data: bytes):
    """Files that are no model and no tokenizer end in an error that says what to do."""
    with pytest.raises(SetupError, match="install Vestibule again"):
        SecondReader(copied(tmp_path, **{name: data}))


@pytest.mark.parametrize("card", [b"", b"[]", b"{}", b'{"sha256": 1}'])
def test_a_broken_card_is_a_clear_error(tmp_path: Path, card: bytes):
    """So does a card that is none."""
    copied(tmp_path)
    (tmp_path / "reader.json").write_bytes(card)
    with pytest.raises(SetupError, match="install Vestibule again"):
        SecondReader(tmp_path)
