"""Keys, sealed addresses, blind indexes, signed tokens and passwords."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.comment import TokenFact, TokenState
from service.core.errors import SealBroken
from service.crypto import (
    FORM_TOKEN_LIFETIME_SECONDS,
    Argon2Passwords,
    Keyring,
    SealedVault,
    TokenSigner,
)

OLD = "an-old-secret-of-more-than-32-characters"
NEW = "a-new-secret-of-more-than-32-characters!"
SITE = "01890000-0000-7000-8000-000000000001"
COMMENT = "01890000-0000-7000-8000-000000000002"
NOW = datetime(2026, 5, 4, 12, 30, 0, 123_456, tzinfo=UTC)

old_vault = SealedVault(Keyring(OLD))
rotated_vault = SealedVault(Keyring(NEW, (OLD,)))
new_vault = SealedVault(Keyring(NEW))

text = st.text(st.characters(exclude_categories=["Cs"]))


@given(plain=text, bound_to=text)
def test_what_was_sealed_opens_in_its_own_row_only(plain, bound_to):
    """Sealing is undone by opening with the same binding and by no other."""
    sealed = new_vault.seal(plain, bound_to=bound_to)
    assert new_vault.open(sealed, bound_to=bound_to) == plain
    with pytest.raises(SealBroken):
        new_vault.open(sealed, bound_to=bound_to + "x")


def test_two_seals_of_one_text_differ():
    """Equal addresses cannot be told from their sealed values."""
    assert new_vault.seal("a", bound_to="row") != new_vault.seal("a", bound_to="row")


def test_a_retired_key_opens_but_does_not_seal():
    """After a rotation old values open, new ones carry the new key's id."""
    old = old_vault.seal("ann@example.org", bound_to="row")
    assert rotated_vault.open(old, bound_to="row") == "ann@example.org"
    assert new_vault.open(rotated_vault.seal("b", bound_to="row"), bound_to="row") == "b", (
        "sealed with the current key"
    )


def test_an_unknown_key_says_so():
    """A value of a forgotten secret is refused with a clear reason."""
    with pytest.raises(SealBroken, match="not configured"):
        new_vault.open(old_vault.seal("a", bound_to="row"), bound_to="row")


@pytest.mark.parametrize("length", [0, 3, 4, 15, 16, 31, 32])
def test_cut_values_are_refused(length):
    """A truncated value never opens and never fails in another way."""
    sealed = new_vault.seal("a", bound_to="row")[:length]
    with pytest.raises(SealBroken):
        new_vault.open(sealed, bound_to="row")


def test_every_flipped_bit_is_noticed():
    """A sealed value with any one bit changed does not open."""
    sealed = new_vault.seal("ab", bound_to="row")
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(SealBroken):
            new_vault.open(bytes(changed), bound_to="row")


def test_key_ids_are_public_and_stable():
    """A key's id is eight hex characters, the same in every process, and part of no secret."""
    ring = Keyring(NEW, (OLD, NEW))
    assert [len(key.id) for key in ring.keys] == [8, 8]
    assert ring.current.id == Keyring(NEW).current.id != Keyring(OLD).current.id
    assert NEW not in repr(ring)
    assert OLD not in repr(ring)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.ORG", "ann@example.org"),
        ("ann@bücher.example", "ANN@XN--BCHER-KVA.example"),
        ("jose\u0301@example.org", "JOS\u00c9@example.org"),
        (" ann@example.org. ", "ann@example.org"),
    ],
)
def test_spellings_of_one_address_share_an_index(one, other):
    """Case, Unicode composition and IDNA spelling do not matter to look-ups."""
    assert new_vault.email_indexes(one, scope="s") == new_vault.email_indexes(other, scope="s")


def test_indexes_depend_on_scope_and_key():
    """The same address on two sites cannot be linked; the current key's index comes first."""
    indexes = rotated_vault.email_indexes("ann@example.org", scope=SITE)
    assert indexes == (
        *new_vault.email_indexes("ann@example.org", scope=SITE),
        *old_vault.email_indexes("ann@example.org", scope=SITE),
    )
    assert {len(index) for index in indexes} == {16}
    assert not set(indexes) & set(rotated_vault.email_indexes("ann@example.org", scope="other"))


@given(text)
def test_any_text_has_an_index(email):
    """Even what is no address can be looked up (a mistyped sign-in) without an error."""
    assert len(new_vault.email_indexes(email, scope="s")[0]) == 16


def test_keyed_hashes_are_told_apart_by_purpose():
    """A hash made for one purpose is of no use for another."""
    assert new_vault.keyed_hash("ip", "x") == new_vault.keyed_hash("ip", "x")
    assert new_vault.keyed_hash("ip", "x") != new_vault.keyed_hash("network", "x")
    assert new_vault.keyed_hash("ip", "x") != old_vault.keyed_hash("ip", "x")
    assert len(new_vault.keyed_hash("ip", "x")) == 16


# -- tokens ----------------------------------------------------------------------------------------

signer = TokenSigner(Keyring(NEW, (OLD,)))


def test_a_form_token_tells_its_age():
    """A token read back says how long ago it was handed out, to the millisecond."""
    token = signer.form_token(SITE, NOW)
    later = NOW + timedelta(seconds=2.5)
    assert signer.read_form_token(token, SITE, later) == TokenFact(TokenState.VALID, 2.5)
    assert signer.read_form_token(token, SITE, NOW) == TokenFact(TokenState.VALID, 0.0)


def test_a_form_token_expires_after_a_day():
    """One day is still valid; a millisecond more is expired, with its age."""
    token = signer.form_token(SITE, NOW)
    day = timedelta(seconds=FORM_TOKEN_LIFETIME_SECONDS)
    assert signer.read_form_token(token, SITE, NOW + day).state is TokenState.VALID
    fact = signer.read_form_token(token, SITE, NOW + day + timedelta(milliseconds=1))
    assert fact == TokenFact(TokenState.EXPIRED, 86_400.001)


def test_a_form_token_from_the_future_is_invalid():
    """A token that claims a later time of issue than now is not believed."""
    token = signer.form_token(SITE, NOW + timedelta(milliseconds=1))
    assert signer.read_form_token(token, SITE, NOW).state is TokenState.INVALID


@pytest.mark.parametrize("absent", [None, ""])
def test_no_form_token_is_absent(absent):
    """Absent is told apart from invalid."""
    assert signer.read_form_token(absent, SITE, NOW).state is TokenState.ABSENT


def test_a_form_token_of_another_site_is_invalid():
    """A token cannot be carried from site to site."""
    assert signer.read_form_token(signer.form_token("other", NOW), SITE, NOW) == TokenFact(
        TokenState.INVALID
    )


def test_a_retired_secret_still_reads_tokens():
    """Forms that are open during a rotation stay usable, and links in mails too."""
    old = TokenSigner(Keyring(OLD))
    token = old.form_token(SITE, NOW)
    assert signer.read_form_token(token, SITE, NOW).state is TokenState.VALID
    edit = old.comment_token("edit", SITE, COMMENT)
    assert signer.check_comment_token("edit", edit, SITE, COMMENT)
    assert signer.comment_token("edit", SITE, COMMENT) != edit
    assert not TokenSigner(Keyring(NEW)).check_comment_token("edit", edit, SITE, COMMENT)


@given(st.text(max_size=400))
def test_rubbish_is_an_invalid_form_token(token):
    """No text, however odd, makes reading fail or passes as a token."""
    assert signer.read_form_token(token, SITE, NOW).state in {
        TokenState.INVALID,
        TokenState.ABSENT,
    }


def test_a_changed_form_token_is_invalid():
    """Every single changed character is noticed."""
    token = signer.form_token(SITE, NOW)
    for place in range(len(token) - 1):  # the last base64 character carries two unused bits
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert signer.read_form_token(changed, SITE, NOW).state is TokenState.INVALID


def test_comment_tokens_open_one_purpose_of_one_comment():
    """A token is deterministic, URL-safe, and of no use elsewhere."""
    token = signer.comment_token("edit", SITE, COMMENT)
    assert token == signer.comment_token("edit", SITE, COMMENT)
    assert len(token) == 43
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert signer.check_comment_token("edit", token, SITE, COMMENT)
    assert not signer.check_comment_token("status", token, SITE, COMMENT)
    assert not signer.check_comment_token("edit", token, "other", COMMENT)
    assert not signer.check_comment_token("edit", token, SITE, SITE)


@given(st.text())
def test_rubbish_is_no_comment_token(token):
    """No other text passes, not even another base64 spelling of the same bytes."""
    assert not signer.check_comment_token("edit", token, SITE, COMMENT)
    good = signer.comment_token("edit", SITE, COMMENT)
    assert not signer.check_comment_token("edit", good + "=", SITE, COMMENT)
    assert not signer.check_comment_token("edit", "é" + good, SITE, COMMENT)


# -- passwords -------------------------------------------------------------------------------------

passwords = Argon2Passwords()


def test_a_password_is_known_again():
    """The right password passes, in either Unicode composition; another does not."""
    stored = passwords.hash("pass\u00e9 phrase")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "passe\u0301 phrase")
    assert not passwords.verify(stored, "passe phrase")
    assert passwords.hash("same") != passwords.hash("same")


@pytest.mark.parametrize(
    "damaged", ["", "x", "$argon2id$v=19$m=1,t=1,p=1$", "$argon2id$" + "ü" * 30, "$2b$12$abc"]
)
def test_a_damaged_hash_is_nobodys(damaged):
    """Whatever the column holds, verifying says no instead of failing."""
    assert passwords.verify(damaged, "password") is False


def test_nobody_costs_a_whole_verification():
    """Without a hash the answer is no, after the same argon2 work on a hash of the same cost."""
    assert passwords.verify(None, "password") is False
    costs = passwords._nobodys_hash.split("$")[3]
    assert costs == passwords.hash("a").split("$")[3] == "m=19456,t=3,p=1"


def test_construction_is_cheap():
    """Nothing is hashed before it is needed, so that a command starts at once."""
    code = (
        "from service.crypto import Argon2Passwords\n"
        "one = Argon2Passwords()\n"
        "assert not vars(one), vars(one)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
