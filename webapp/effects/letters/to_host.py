"""What hosts are told: everything that the guest has said, and what is to be decided."""

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.domain.bookings import EventKind
from webapp.domain.erasure import is_erased
from webapp.domain.text import plain_lines
from webapp.effects.letters.context import LetterContext
from webapp.effects.letters.letter import Action, Letter, address
from webapp.services.shared.links import accept_url, booking_url, decline_url
from webapp.words.answers import answered


def to_host(context: LetterContext) -> Letter:
    view = context.view
    subject, heading = _words(context)
    return Letter(
        to=address(view.host_email, view.host_name),
        reply_to=None if _is_group(context) or view.is_guest_erased else address(view.guest_email, view.guest_name),
        subject=subject,
        heading=heading,
        paragraphs=_paragraphs(context),
        rows=(
            (_("What"), view.event_type_title),
            (_("Who"), _who(context)),
            *context.times,
            *_place(context),
            *(() if _is_group(context) else _said(context)),
            *_reason(context),
        ),
        actions=_actions(context),
        language=str(context.locale.language),
    )


def _words(context: LetterContext) -> tuple[str, str]:
    """Subject and heading."""
    guest, when = context.view.guest_name, context.begins
    if context.kind is None:
        return _reminder_words(context, guest, when)
    if context.is_request:
        return _request_words(context, guest, when)
    if context.kind is EventKind.BOOKING_RESCHEDULED:
        subject = _("Moved: %(guest)s, %(when)s", guest=guest, when=when)
        return subject, _("The booking of %(guest)s has a new time", guest=guest)
    if context.is_over:
        subject = _("Cancelled: %(guest)s, %(when)s", guest=guest, when=when)
        return subject, _("The booking of %(guest)s is cancelled", guest=guest)
    if context.was_accepted:
        subject = _("Confirmed: %(guest)s, %(when)s", guest=guest, when=when)
        return subject, _("The request of %(guest)s is confirmed", guest=guest)
    subject = _("New booking: %(guest)s, %(when)s", guest=guest, when=when)
    return subject, _("%(guest)s booked a time with you", guest=guest)


def _reminder_words(context: LetterContext, guest: str, when: str) -> tuple[str, str]:
    if _is_group(context):
        who = ngettext("%(num)d guest", "%(num)d guests", len(context.guests))
        heading = _("%(what)s begins in %(period)s", what=context.view.event_type_title, period=context.ahead)
        return _("Reminder: %(guests)s, %(when)s", guests=who, when=when), heading
    heading = _("You meet %(guest)s in %(period)s", guest=guest, period=context.ahead)
    return _("Reminder: %(guest)s, %(when)s", guest=guest, when=when), heading


def _request_words(context: LetterContext, guest: str, when: str) -> tuple[str, str]:
    if context.kind is EventKind.BOOKING_RESCHEDULED:
        subject = _("Moved request: %(guest)s, %(when)s", guest=guest, when=when)
        return subject, _("%(guest)s now asks for another time: accept or decline", guest=guest)
    if context.kind is EventKind.BOOKING_CANCELLED:
        subject = _("Request cancelled: %(guest)s, %(when)s", guest=guest, when=when)
        return subject, _("The request of %(guest)s is cancelled", guest=guest)
    if context.is_expired:
        subject = _("Request expired: %(guest)s, %(when)s", guest=guest, when=when)
        return subject, _("The request of %(guest)s was not answered in time", guest=guest)
    if context.is_over:
        subject = _("Request declined: %(guest)s, %(when)s", guest=guest, when=when)
        return subject, _("The request of %(guest)s is declined", guest=guest)
    subject = _("Request: %(guest)s, %(when)s", guest=guest, when=when)
    return subject, _("%(guest)s asks for a time with you: accept or decline", guest=guest)


def _paragraphs(context: LetterContext) -> tuple[str, ...]:
    if context.view.is_guest_erased:
        return (_("The guest had all data about them erased. Find this meeting in your calendar by its time."),)
    if not context.is_request:
        return ()
    if context.is_over:
        return (_("The time is free again."),)
    if context.lapses is None:
        return ()
    return (_("Please answer by %(moment)s. After that the request lapses.", moment=context.lapses),)


def _actions(context: LetterContext) -> tuple[Action, ...]:
    """Links to pages that ask once more: following a link changes nothing."""
    uid = context.view.uid
    if context.is_request and not context.is_over:
        return Action(_("Accept"), accept_url(uid)), Action(_("Decline"), decline_url(uid))
    return (Action(_("Open the booking"), booking_url(uid)),)


def _is_group(context: LetterContext) -> bool:
    """One reminder speaks of all guests of this time."""
    return len(context.guests) > 1


def _who(context: LetterContext) -> str:
    guests = context.guests or ((context.view.guest_name, context.view.guest_email),)
    return "\n".join(name if is_erased(email) else f"{name} <{email}>" for name, email in guests)


def _place(context: LetterContext) -> tuple[tuple[str, str], ...]:
    if not context.view.location or (_is_group(context) and context.view.is_guest_location):
        return ()
    return ((_("Where"), context.view.location),)


def _said(context: LetterContext) -> tuple[tuple[str, str], ...]:
    """What the guest wrote."""
    view = context.view
    notes = ((_("Notes"), view.notes),) if view.notes else ()
    subject = () if view.is_guest_erased else ((_("Subject"), view.subject),)
    answers = ((question, plain_lines(answer)) for question, answer in answered(view))
    return (*subject, *answers, *notes)


def _reason(context: LetterContext) -> tuple[tuple[str, str], ...]:
    """The host's own or the guest's."""
    if not (context.is_over and context.view.cancel_reason):
        return ()
    return ((_("Reason"), context.view.cancel_reason),)
