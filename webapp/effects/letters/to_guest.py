"""Mails to guests, one function each. They contain no free text entered by the person who booked, since the address may
be a stranger's: no name, subject, note, answer or location, and nothing about other guests."""

from babel.dates import format_timedelta
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.core.extensions import site
from webapp.domain.bookings import Audience, BookingStatus, EventKind
from webapp.domain.reminders import REMINDER
from webapp.effects.letters.context import LetterContext, Rows, about_booking
from webapp.effects.letters.letter import NOTHING_TO_SAY, Action, Invite, Letter, Writers, address
from webapp.services.ical.invitations import Method
from webapp.services.mail.deliveries import ClaimedDelivery
from webapp.services.privacy.guests import LINK_SECONDS, asker
from webapp.services.shared import links
from webapp.words.formats import english_of

BY_HOST = ("host", "admin")  # then the host wrote the reason for the cancellation


@about_booking
def held(context: LetterContext) -> Letter | str:
    """Somebody has typed this address: nothing but the time is in it, and no text of anybody."""
    if not (context.booking.awaits_guest and context.booking.is_active):
        return NOTHING_TO_SAY
    return Letter(
        to=address(context.booking.guest_email),
        subject=_("Please confirm your booking on %(site)s", site=site.domain),
        heading=_("Please confirm your booking"),
        paragraphs=(
            _("Somebody has chosen this time on %(site)s and given this e-mail address.", site=site.domain),
            _("The time is held until %(moment)s. Then it goes back to others.", moment=context.expiry),
        ),
        rows=context.times,
        actions=(Action(_("Confirm the booking"), links.confirm_booking_url(context.booking.uid)),),
        closing=(_("If that was not you, you do not have to do anything: without a confirmation nothing is booked."),),
        footer=_not_me(context),
        language=context.locale.language,
    )


@about_booking
def requested(context: LetterContext) -> Letter:
    return _letter(
        context,
        subject=_("Requested: %(what)s, %(when)s", **_what_and_when(context)),
        heading=_("Your request was received"),
        paragraphs=_answer_by(context),
        rows=(*context.times, *_place(context)),
        action=_change_or_cancel(context),
    )


@about_booking
def confirmed(context: LetterContext) -> Letter:
    host = context.booking.host_name
    was_request = context.data.get("was_pending")
    return _letter(
        context,
        subject=_("Confirmed: %(what)s, %(when)s", **_what_and_when(context)),
        heading=_("%(host)s confirmed your booking", host=host) if was_request else _("Your booking is confirmed"),
        rows=(*context.times, *_place(context)),
        action=_change_or_cancel(context),
        invite=context.invite(Method.REQUEST),
    )


@about_booking
def declined(context: LetterContext) -> Letter:
    rows, action = (*context.times, *context.reason), _book_another_time(context)
    if context.data.get("is_expired"):
        is_free = _("The time was held for you until now and is free again. You can ask for another one.")
        return _letter(
            context,
            subject=_("Not confirmed: %(what)s, %(when)s", **_what_and_when(context)),
            heading=_("Your request was not answered in time"),
            paragraphs=(is_free,),
            rows=rows,
            action=action,
        )
    return _letter(
        context,
        subject=_("Declined: %(what)s, %(when)s", **_what_and_when(context)),
        heading=_("%(host)s cannot take your booking", host=context.booking.host_name),
        rows=rows,
        action=action,
    )


@about_booking
def rescheduled(context: LetterContext) -> Letter:
    rows, action = (*context.moved_times, *_place(context)), _change_or_cancel(context)
    if context.data.get("is_pending"):
        return _letter(
            context,
            subject=_("New time requested: %(what)s, %(when)s", **_what_and_when(context)),
            heading=_("Your request has a new time"),
            paragraphs=_answer_by(context),
            rows=rows,
            action=action,
        )
    return _letter(
        context,
        subject=_("New time: %(what)s, %(when)s", **_what_and_when(context)),
        heading=_("Your booking is back at its old time") if context.is_back else _("Your booking has a new time"),
        rows=rows,
        action=action,
        invite=context.invite(Method.REQUEST),
    )


@about_booking
def cancelled(context: LetterContext) -> Letter:
    was_request = context.data.get("was_pending")
    return _letter(
        context,
        subject=_("Cancelled: %(what)s, %(when)s", **_what_and_when(context)),
        heading=_("Your request is cancelled") if was_request else _("Your booking is cancelled"),
        rows=(*context.times, *(context.reason if context.booking.cancelled_by in BY_HOST else ())),
        action=_book_another_time(context),
        invite=None if was_request else context.invite(Method.CANCEL),
    )


@about_booking
def completed(context: LetterContext) -> Letter | str:
    if context.booking.status is not BookingStatus.COMPLETED:
        return NOTHING_TO_SAY  # meanwhile the host marked a no-show
    host = context.booking.host_name
    return _letter(
        context,
        subject=_("Thank you: %(what)s, %(when)s", **_what_and_when(context)),
        heading=_("Thank you for your time"),
        paragraphs=(_("You met %(host)s. Whenever you want another time, here is the page to book it.", host=host),),
        rows=context.times,
        action=_book_another_time(context),
    )


@about_booking
def reminder(context: LetterContext) -> Letter:
    return _letter(
        context,
        subject=_("Reminder: %(what)s, %(when)s", **_what_and_when(context)),
        heading=_("Your booking begins in %(period)s", period=context.ahead),
        rows=(*context.times, *_place(context)),
        action=_change_or_cancel(context),
    )


def asked_for_data(session: Session, delivery: ClaimedDelivery) -> Letter | str:
    """To somebody who requests the data about their address. The link is created when the mail is written, so that it
    is still valid in a delayed mail."""
    reader = asker(session, delivery.data["guest_id"])
    if reader is None:
        return NOTHING_TO_SAY
    locale = english_of(reader.locale)
    with force_locale(str(locale)):
        period = format_timedelta(LINK_SECONDS, locale=locale)
        return Letter(
            to=address(reader.email),
            subject=_("Your data at %(site)s", site=site.domain),
            heading=_("See, download or erase your data"),
            paragraphs=(
                _("Somebody asked what is kept here about this address: the times you booked, and what you wrote."),
            ),
            actions=(Action(_("Show my data"), links.privacy_url(reader.token)),),
            closing=(
                _("The link works for %(period)s. Whoever has it sees what you would see.", period=period),
                _("If it was not you, you need do nothing."),
            ),
            language=str(locale.language),
        )


LETTERS: Writers = {
    (EventKind.BOOKING_HELD, Audience.GUEST): held,
    (EventKind.BOOKING_REQUESTED, Audience.GUEST): requested,
    (EventKind.BOOKING_CONFIRMED, Audience.GUEST): confirmed,
    (EventKind.BOOKING_DECLINED, Audience.GUEST): declined,
    (EventKind.BOOKING_RESCHEDULED, Audience.GUEST): rescheduled,
    (EventKind.BOOKING_CANCELLED, Audience.GUEST): cancelled,
    (EventKind.BOOKING_COMPLETED, Audience.GUEST): completed,
    (REMINDER, Audience.GUEST): reminder,
    (EventKind.GUEST_ASKED, Audience.GUEST): asked_for_data,
}


def _letter(
    context: LetterContext,
    *,
    subject: str,
    heading: str,
    rows: Rows,
    action: Action,
    paragraphs: tuple[str, ...] = (),
    invite: Invite | None = None,
) -> Letter:
    booking = context.booking
    return Letter(
        to=address(booking.guest_email),
        reply_to=address(booking.host_email, booking.host_name),
        subject=subject,
        heading=heading,
        paragraphs=paragraphs,
        rows=((_("What"), booking.event_type_title), (_("Who"), booking.host_name), *rows),
        actions=(action,),
        closing=(_("You get this mail because somebody booked this time with your address."),),
        footer=_not_me(context),
        language=str(context.locale.language),
        invite=invite,
    )


def _what_and_when(context: LetterContext) -> dict[str, str]:
    """Placeholders for a subject line."""
    booking = context.booking
    what = _("%(event_type)s with %(host)s", event_type=booking.event_type_title, host=booking.host_name)
    return {"what": what, "when": context.begins}


def _answer_by(context: LetterContext) -> tuple[str, ...]:
    host, moment = context.booking.host_name, context.expiry
    if moment is None:
        return (_("%(host)s answers by mail.", host=host),)
    return (_("%(host)s will answer by %(moment)s. The time is held for you until then.", host=host, moment=moment),)


def _place(context: LetterContext) -> Rows:
    """The location, only if the host entered it."""
    booking = context.booking
    return ((_("Where"), booking.location),) if booking.location and not booking.is_guest_location else ()


def _change_or_cancel(context: LetterContext) -> Action:
    return Action(_("Change or cancel"), links.manage_url(context.booking.uid))


def _book_another_time(context: LetterContext) -> Action:
    booking = context.booking
    page = links.booking_page_url(booking.host_slug, booking.event_type_slug)
    return Action(_("Book another time"), links.host_page_url(booking.host_slug) if booking.needs_link else page)


def _not_me(context: LetterContext) -> Action:
    return Action(_("I did not book this"), links.not_me_url(context.booking.uid))
