"""Mails to hosts about bookings, one function each: everything that the guest entered, and what the host has to
decide."""

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.domain.bookings import Audience, EventKind
from webapp.domain.erasure import is_erased
from webapp.domain.reminders import REMINDER
from webapp.domain.text import plain_lines
from webapp.effects.letters.context import LetterContext, Rows, about_booking
from webapp.effects.letters.letter import Action, Invite, Letter, Writers, address
from webapp.services.ical.invitations import Method
from webapp.services.shared.links import accept_url, booking_url, decline_url
from webapp.words.answers import answered


@about_booking
def requested(context: LetterContext) -> Letter:
    guest = context.booking.guest_name
    return _letter(
        context,
        subject=_("Request: %(guest)s, %(when)s", guest=guest, when=context.begins),
        heading=_("%(guest)s asks for a time with you: accept or decline", guest=guest),
        paragraphs=_answer_by(context),
        rows=(*context.times, *_place(context), *_said(context)),
        actions=_accept_or_decline(context),
    )


@about_booking
def confirmed(context: LetterContext) -> Letter:
    guest, when = context.booking.guest_name, context.begins
    if context.data.get("was_pending"):
        subject = _("Confirmed: %(guest)s, %(when)s", guest=guest, when=when)
        heading = _("The request of %(guest)s is confirmed", guest=guest)
    else:
        subject = _("New booking: %(guest)s, %(when)s", guest=guest, when=when)
        heading = _("%(guest)s booked a time with you", guest=guest)
    return _letter(
        context,
        subject=subject,
        heading=heading,
        rows=(*context.times, *_place(context), *_said(context)),
        invite=context.invite(Method.REQUEST),
    )


@about_booking
def declined(context: LetterContext) -> Letter:
    guest, when = context.booking.guest_name, context.begins
    if context.data.get("is_expired"):
        subject = _("Request expired: %(guest)s, %(when)s", guest=guest, when=when)
        heading = _("The request of %(guest)s was not answered in time", guest=guest)
    else:
        subject = _("Request declined: %(guest)s, %(when)s", guest=guest, when=when)
        heading = _("The request of %(guest)s is declined", guest=guest)
    return _letter(
        context,
        subject=subject,
        heading=heading,
        paragraphs=(_("The time is free again."),),
        rows=(*context.times, *_place(context), *_said(context), *context.reason),
    )


@about_booking
def rescheduled(context: LetterContext) -> Letter:
    guest, when = context.booking.guest_name, context.begins
    rows = (*context.moved_times, *_place(context), *_said(context))
    if context.data.get("is_pending"):
        return _letter(
            context,
            subject=_("Moved request: %(guest)s, %(when)s", guest=guest, when=when),
            heading=_("%(guest)s now asks for another time: accept or decline", guest=guest),
            paragraphs=_answer_by(context),
            rows=rows,
            actions=_accept_or_decline(context),
        )
    new = _("The booking of %(guest)s has a new time", guest=guest)
    back = _("The booking of %(guest)s is back at its old time", guest=guest)
    return _letter(
        context,
        subject=_("Moved: %(guest)s, %(when)s", guest=guest, when=when),
        heading=back if context.is_back else new,
        rows=rows,
        invite=context.invite(Method.REQUEST),
    )


@about_booking
def cancelled(context: LetterContext) -> Letter:
    guest, when = context.booking.guest_name, context.begins
    rows = (*context.times, *_place(context), *_said(context), *context.reason)
    if context.data.get("was_pending"):
        return _letter(
            context,
            subject=_("Request cancelled: %(guest)s, %(when)s", guest=guest, when=when),
            heading=_("The request of %(guest)s is cancelled", guest=guest),
            paragraphs=(_("The time is free again."),),
            rows=rows,
        )
    return _letter(
        context,
        subject=_("Cancelled: %(guest)s, %(when)s", guest=guest, when=when),
        heading=_("The booking of %(guest)s is cancelled", guest=guest),
        rows=rows,
        invite=context.invite(Method.CANCEL),
    )


@about_booking
def reminder(context: LetterContext) -> Letter:
    if _is_group(context):
        return _group_reminder(context)
    guest = context.booking.guest_name
    return _letter(
        context,
        subject=_("Reminder: %(guest)s, %(when)s", guest=guest, when=context.begins),
        heading=_("You meet %(guest)s in %(period)s", guest=guest, period=context.ahead),
        rows=(*context.times, *_place(context), *_said(context)),
    )


def _group_reminder(context: LetterContext) -> Letter:
    """One letter covers all guests at this time, so it contains nothing that any of them wrote."""
    booking = context.booking
    guests = ngettext("%(num)d guest", "%(num)d guests", len(context.guests))
    return _letter(
        context,
        subject=_("Reminder: %(guests)s, %(when)s", guests=guests, when=context.begins),
        heading=_("%(what)s begins in %(period)s", what=booking.event_type_title, period=context.ahead),
        rows=(*context.times, *(() if booking.is_guest_location else _place(context))),
    )


LETTERS: Writers = {
    (EventKind.BOOKING_REQUESTED, Audience.HOST): requested,
    (EventKind.BOOKING_CONFIRMED, Audience.HOST): confirmed,
    (EventKind.BOOKING_DECLINED, Audience.HOST): declined,
    (EventKind.BOOKING_RESCHEDULED, Audience.HOST): rescheduled,
    (EventKind.BOOKING_CANCELLED, Audience.HOST): cancelled,
    (REMINDER, Audience.HOST): reminder,
}


def _letter(
    context: LetterContext,
    *,
    subject: str,
    heading: str,
    rows: Rows,
    paragraphs: tuple[str, ...] = (),
    actions: tuple[Action, ...] = (),
    invite: Invite | None = None,
) -> Letter:
    """`actions`: defaults to a link to the booking."""
    booking = context.booking
    is_answerable = not (_is_group(context) or booking.is_guest_erased)
    erased = _("The guest had all data about them erased. Find this meeting in your calendar by its time.")
    return Letter(
        to=address(booking.host_email, booking.host_name),
        reply_to=address(booking.guest_email, booking.guest_name) if is_answerable else None,
        subject=subject,
        heading=heading,
        paragraphs=(erased,) if booking.is_guest_erased else paragraphs,
        rows=((_("What"), booking.event_type_title), (_("Who"), _who(context)), *rows),
        actions=actions or (Action(_("Open the booking"), booking_url(booking.uid)),),
        language=str(context.locale.language),
        invite=invite,
    )


def _is_group(context: LetterContext) -> bool:
    return len(context.guests) > 1


def _who(context: LetterContext) -> str:
    guests = context.guests or ((context.booking.guest_name, context.booking.guest_email),)
    return "\n".join(name if is_erased(email) else f"{name} <{email}>" for name, email in guests)


def _answer_by(context: LetterContext) -> tuple[str, ...]:
    if context.expiry is None:
        return ()
    return (_("Please answer by %(moment)s. After that the request lapses.", moment=context.expiry),)


def _accept_or_decline(context: LetterContext) -> tuple[Action, ...]:
    """Links to pages that ask for confirmation: following a link changes nothing."""
    uid = context.booking.uid
    return Action(_("Accept"), accept_url(uid)), Action(_("Decline"), decline_url(uid))


def _place(context: LetterContext) -> Rows:
    return ((_("Where"), context.booking.location),) if context.booking.location else ()


def _said(context: LetterContext) -> Rows:
    """What the guest wrote."""
    booking = context.booking
    notes = ((_("Notes"), booking.notes),) if booking.notes else ()
    subject = () if booking.is_guest_erased else ((_("Subject"), booking.subject),)
    answers = ((question, plain_lines(answer)) for question, answer in answered(booking))
    return (*subject, *answers, *notes)
