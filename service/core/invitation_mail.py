"""The mail that takes an invitation's link to whoever is invited."""

from html import escape

from service.core.mail import SUBJECT_MAX_CHARS, Mail, one_line


def invitation_mail(*, to: str, link: str, by: str, role: str, where: str) -> Mail:
    """`by` and `where` are names that people at the desk chose."""
    by, where = one_line(by), one_line(where)
    what = f"{by} invites you to moderate comments, as {role} for {where}."
    how = "The link lets you in once, within seven days. If you expect no such mail, do nothing."
    return Mail(
        to=to,
        subject=f"{by} invites you to moderate comments"[:SUBJECT_MAX_CHARS],
        text=f"Hello,\n\n{what}\n\n{link}\n\n{how}\n",
        html=(
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title></title></head>'
            f'<body><p>Hello,</p><p>{escape(what)}</p><p><a href="{escape(link)}">Look at the '
            f"invitation</a></p><p>{escape(how)}</p></body></html>\n"
        ),
    )
