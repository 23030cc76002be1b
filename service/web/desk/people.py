"""People: who works here and in which role, invitations, and who needs codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.accounts import Invitation, Person
from service.core.addresses import masked
from service.core.errors import Conflict, Forbidden, MailFailed, NotFound, SealBroken
from service.core.invitation_mail import invitation_mail
from service.core.mail import Mail
from service.core.people import Membership, Moderator, Permission, Role
from service.core.site import Site
from service.web.current import services
from service.web.desk.cards import UNREADABLE
from service.web.desk.navigation import Place, add_place
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.errors import status_of
from service.web.form_door import BadForm

EMAIL_MAX_CHARS = 254
EVERYWHERE = "all"
"""How the installation as a whole is called in forms where others have their site's short name."""

DONE = {
    "role": "The role is changed. It holds from their next click on.",
    "removed": "They are removed, and signed out.",
    "out": "They are signed out everywhere.",
    "codes": "Their codes are gone. They sign in by password, and can set up new ones.",
    "withdrawn": "The invitation is withdrawn.",
    "rule": "Who needs codes is changed.",
}

add_place(Place("People", "desk.show_people", order=70, needs=Permission.PEOPLE))


@dataclass(frozen=True, slots=True)
class ShownRole:
    """A role at a place. `may_change` is whether whoever looks may."""

    place: str
    name: str
    role: Role
    may_change: bool


@dataclass(frozen=True, slots=True)
class ShownPerson:
    id: str
    name: str
    email: str
    roles: tuple[ShownRole, ...]
    has_totp: bool
    seen_at: datetime | None
    is_self: bool
    may_change: bool
    """Whether their account, not only a role, is the looker's business."""


@dataclass(frozen=True, slots=True)
class ShownInvitation:
    id: str
    email: str
    role: Role
    where: str
    expires_at: datetime


@blueprint.get("/people")
@allow(Permission.PEOPLE)
def show_people() -> Response:
    return _people_page(200, done=DONE.get(request.args.get("done", ""), ""))


@blueprint.post("/people/invite")
@allow(Permission.PEOPLE)
def invite() -> BaseResponse:
    """Answers with the link: it is shown this once, for whoever invites to hand on."""
    form: dict[str, str] = g.form
    membership = Membership(_role(form), _site_id(form))
    try:
        email = validate_email(
            form.get("email", "")[: EMAIL_MAX_CHARS + 1], check_deliverability=False
        ).normalized
    except EmailNotValidError:
        return _people_page(422, fault="That is not an e-mail address.")
    try:
        token = services().people.invitations.invite(email, membership, visit().moderator)
    except Conflict as error:
        return _people_page(status_of(error), fault=str(error))
    path = url_for("desk.show_invitation", token=token)
    link = f"{services().settings.public_url}{path}"
    where = _names(_sites())[membership.site_id]
    mail = invitation_mail(
        to=email, link=link, by=visit().moderator.name, role=membership.role, where=where
    )
    return page(
        "invited",
        200,
        link=link,
        email=masked(email),
        role=membership.role,
        where=where,
        mailed=_mailed(mail),
    )


def _mailed(mail: Mail) -> str | None:
    """None where no mail server is set up, "" where it took the mail, else what was wrong."""
    if not services().mailer.is_set_up:
        return None
    try:
        services().mailer.send(mail)
    except MailFailed as error:
        return str(error)
    return ""


@blueprint.post("/people/invitations/<uuid:invitation_id>/withdraw")
@allow(Permission.PEOPLE)
def withdraw_invitation(invitation_id: UUID) -> BaseResponse:
    services().people.invitations.withdraw(str(invitation_id), visit().moderator)
    return _back("withdrawn")


@blueprint.post("/people/<uuid:moderator_id>/role")
@allow(Permission.PEOPLE)
def give_role(moderator_id: UUID) -> BaseResponse:
    """Give a role at a place, or take it away where the form names none."""
    form: dict[str, str] = g.form
    roster, actor, site_id = services().people.roster, visit().moderator, _site_id(form)
    try:
        if form.get("role") == "none":
            roster.end_role(str(moderator_id), site_id, actor)
        else:
            roster.give_role(str(moderator_id), Membership(_role(form), site_id), actor)
    except (Conflict, Forbidden) as error:
        return _people_page(status_of(error), fault=str(error))
    return _back("role")


@blueprint.post("/people/<uuid:moderator_id>/<any(remove,out,codes):deed>")
@allow(Permission.PEOPLE)
def change_person(moderator_id: UUID, deed: str) -> BaseResponse:
    """Remove somebody, sign them out everywhere, or let them sign in without their lost codes."""
    roster = services().people.roster
    deeds = {"remove": roster.remove, "out": roster.sign_out, "codes": roster.reset_totp}
    try:
        deeds[deed](str(moderator_id), visit().moderator)
    except (Conflict, Forbidden) as error:
        return _people_page(status_of(error), fault=str(error))
    return _back({"remove": "removed"}.get(deed, deed))


@blueprint.post("/people/require-codes")
@allow(Permission.PEOPLE)
def require_totp() -> BaseResponse:
    site_id, required = _site_id(g.form), g.form.get("required") == "yes"
    services().people.roster.require_totp(site_id, visit().moderator, required=required)
    return _back("rule")


def _people_page(status: int, *, fault: str = "", done: str = "") -> Response:
    actor, sites = visit().moderator, _sites()
    names = _names(sites)
    places = {
        site_id: slug for site_id, slug in _places(sites).items()
        if actor.may(Permission.PEOPLE, site_id)
    }  # fmt: skip
    with services().store.read() as tx:
        rules = tx.totp_rules()
    return page(
        "people",
        status,
        people=[_shown(one, actor, sites) for one in services().people.roster.people(actor)],
        invitations=[
            _shown_invitation(one, names) for one in services().people.invitations.open_ones(actor)
        ],
        managed=[(slug, names[site_id], site_id in rules) for site_id, slug in places.items()],
        roles=list(Role),
        fault=fault,
        done=done,
    )


def _shown(person: Person, actor: Moderator, sites: Mapping[str, Site]) -> ShownPerson:
    names, places = _names(sites), _places(sites)
    who = person.moderator
    # Of other sites only those who manage all of them hear.
    shown = [one for one in who.memberships if one.site_id is None or _sees(actor, one.site_id)]
    return ShownPerson(
        id=who.id,
        name=who.name,
        email=_email(person.email_sealed, f"{who.id}/email"),
        roles=tuple(
            ShownRole(
                place=places[one.site_id],
                name=names[one.site_id],
                role=one.role,
                may_change=actor.may(Permission.PEOPLE, one.site_id),
            )
            for one in shown
            if one.site_id in names
        ),
        has_totp=person.has_totp,
        seen_at=person.seen_at,
        is_self=who.id == actor.id,
        may_change=actor.covers(who),
    )


def _sees(actor: Moderator, site_id: str) -> bool:
    return actor.may(Permission.PEOPLE, site_id)


def _shown_invitation(one: Invitation, names: Mapping[str | None, str]) -> ShownInvitation:
    return ShownInvitation(
        id=one.id,
        email=_email(one.email_sealed, f"{one.id}/email"),
        role=one.membership.role,
        where=names.get(one.membership.site_id, ""),
        expires_at=one.expires_at,
    )


def _email(sealed: bytes, bound_to: str) -> str:
    try:
        return masked(services().vault.open(sealed, bound_to=bound_to))
    except SealBroken:
        return UNREADABLE


def _sites() -> dict[str, Site]:
    with services().store.read() as tx:
        return {site.id: site for site in tx.sites()}


def _names(sites: Mapping[str, Site]) -> dict[str | None, str]:
    names: dict[str | None, str] = {None: "all sites"}
    return names | {site_id: site.name for site_id, site in sites.items()}


def _places(sites: Mapping[str, Site]) -> dict[str | None, str]:
    places: dict[str | None, str] = {None: EVERYWHERE}
    return places | {site_id: site.slug for site_id, site in sites.items()}


def _site_id(form: Mapping[str, str]) -> str | None:
    """The site that a form names. Raises `NotFound` where the visitor does not manage people."""
    by_slug = {slug: site_id for site_id, slug in _places(_sites()).items()}
    place = form.get("place", "")
    if place not in by_slug or not visit().moderator.may(Permission.PEOPLE, by_slug[place]):
        raise NotFound
    return by_slug[place]


def _role(form: Mapping[str, str]) -> Role:
    try:
        return Role(form.get("role", ""))
    except ValueError:
        raise BadForm("The form names no role.") from None


def _back(done: str) -> BaseResponse:
    return redirect(url_for("desk.show_people", done=done), 303)
