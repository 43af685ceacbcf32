"""The state of a booking's mails, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from webapp.services.mail.reports import DeliveryState
from webapp.web.shared.dates import format_moment
from webapp.words.mails import mail_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail. `status` and `label` are for `ui.badge`; `can_resend`: it was given up."""

    id: int
    what: str
    recipient: str
    status: str
    label: str | None
    detail: str
    can_resend: bool


def mails(states: Sequence[DeliveryState], *, guest: str, time_zone: str) -> list[Mail]:
    return [_mail(state, guest, time_zone) for state in states]


def _mail(state: DeliveryState, guest: str, time_zone: str) -> Mail:
    status, label = _status(state)
    return Mail(
        id=state.id,
        what=mail_name(state.kind),
        recipient=guest if state.recipient == "guest" else gettext("you"),
        status=status,
        label=label,
        detail=_detail(state, time_zone),
        can_resend=state.status == "dead",
    )


def _status(state: DeliveryState) -> tuple[str, str | None]:
    if state.is_planned:
        return ("queued", gettext("Planned"))
    if state.status == "waiting":
        return ("failed", None) if state.attempts else ("queued", None)
    return (state.status, gettext("Not needed") if state.status == "skipped" else None)


def _detail(state: DeliveryState, time_zone: str) -> str:
    if state.sent_at:
        return format_moment(state.sent_at, time_zone)
    if state.is_planned:
        return gettext("for %(when)s", when=format_moment(state.due_at, time_zone))
    if state.status == "waiting" and state.attempts:
        again = gettext("next try: %(when)s", when=format_moment(state.due_at, time_zone))
        return f"{state.last_error} · {again}" if state.last_error else again
    return state.last_error or "" if state.status == "dead" else ""
