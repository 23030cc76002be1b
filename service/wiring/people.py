"""Puts together what concerns the people at the desk, and the record of what they do."""

from dataclasses import dataclass

from service.totp import TotpCodes
from service.usecases.account import Account
from service.usecases.audit import Audit
from service.usecases.invitations import Invitations
from service.usecases.people import AddModerator, Roster, SetPassword
from service.usecases.sessions import FindSession, OwnSessions, SignOut
from service.usecases.sign_in import SignIn
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class People:
    add: AddModerator
    set_password: SetPassword
    roster: Roster
    invitations: Invitations
    account: Account
    sign_in: SignIn
    sign_out: SignOut
    find_session: FindSession
    own_sessions: OwnSessions


def build_people(parts: Parts) -> People:
    store, vault, clock = parts.store, parts.vault, parts.clock
    passwords, limiter, codes = parts.passwords, parts.limiter, TotpCodes()
    add = AddModerator(store, vault, passwords, clock, parts.new_id)
    return People(
        add=add,
        set_password=SetPassword(store, vault, passwords, clock),
        roster=Roster(store, vault, clock),
        invitations=Invitations(store, vault, passwords, add, clock, parts.new_id),
        account=Account(store, vault, passwords, codes, limiter, clock),
        sign_in=SignIn(store, vault, passwords, codes, limiter, clock, parts.new_id),
        sign_out=SignOut(store, vault, clock),
        find_session=FindSession(store, vault, clock),
        own_sessions=OwnSessions(store, clock),
    )


def build_audit(parts: Parts) -> Audit:
    return Audit(parts.store, parts.vault, parts.clock)
