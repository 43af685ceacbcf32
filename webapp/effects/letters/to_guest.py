"""What guests are told. No free text of whoever booked, since the address may be a stranger's: no name, subject,
note, answer or place that they typed, and nothing of other guests.
"""

from flask_babel import gettext as _

from webapp.domain.bookings import EventKind
from webapp.effects.letters.context import LetterContext
from webapp.effects.letters.letter import Action, Letter, address
from webapp.services.shared.links import booking_page_url, manage_url


def to_guest(context: LetterContext) -> Letter:
    view = context.view
    subject, heading = _words(context)
    return Letter(
        to=address(view.guest_email),
        reply_to=address(view.host_email, view.host_name),
        subject=subject,
        heading=heading,
        paragraphs=_paragraphs(context),
        rows=(
            (_("What"), view.event_type_title),
            (_("Who"), view.host_name),
            *context.times,
            *_place(context),
            *_reason(context),
        ),
        actions=(_action(context),),
        closing=(_("You get this mail because somebody booked this time with your address."),),
        language=str(context.locale.language),
    )


def _words(context: LetterContext) -> tuple[str, str]:
    """Subject and heading."""
    view, when = context.view, context.begins
    what = _("%(event_type)s with %(host)s", event_type=view.event_type_title, host=view.host_name)
    if context.kind is None:
        heading = _("Your booking begins in %(period)s", period=context.ahead)
        return _("Reminder: %(what)s, %(when)s", what=what, when=when), heading
    if context.kind is EventKind.BOOKING_COMPLETED:
        return _("Thank you: %(what)s, %(when)s", what=what, when=when), _("Thank you for your time")
    if context.is_request:
        return _request_words(context, what, when)
    if context.kind is EventKind.BOOKING_RESCHEDULED:
        return _("New time: %(what)s, %(when)s", what=what, when=when), _("Your booking has a new time")
    if context.is_over:
        return _("Cancelled: %(what)s, %(when)s", what=what, when=when), _("Your booking is cancelled")
    heading = _("Your booking is confirmed")
    if context.was_accepted:
        heading = _("%(host)s confirmed your booking", host=view.host_name)
    return _("Confirmed: %(what)s, %(when)s", what=what, when=when), heading


def _request_words(context: LetterContext, what: str, when: str) -> tuple[str, str]:
    if context.kind is EventKind.BOOKING_RESCHEDULED:
        return _("New time requested: %(what)s, %(when)s", what=what, when=when), _("Your request has a new time")
    if context.kind is EventKind.BOOKING_CANCELLED:
        return _("Cancelled: %(what)s, %(when)s", what=what, when=when), _("Your request is cancelled")
    if context.is_expired:
        return _("Not confirmed: %(what)s, %(when)s", what=what, when=when), _("Your request was not answered in time")
    if context.is_over:
        heading = _("%(host)s cannot take your booking", host=context.view.host_name)
        return _("Declined: %(what)s, %(when)s", what=what, when=when), heading
    return _("Requested: %(what)s, %(when)s", what=what, when=when), _("Your request was received")


def _paragraphs(context: LetterContext) -> tuple[str, ...]:
    host = context.view.host_name
    if context.kind is EventKind.BOOKING_COMPLETED:
        return (_("You met %(host)s. Whenever you want another time, here is the page to book it.", host=host),)
    if not context.is_request:
        return ()
    if context.is_expired:
        return (_("The time was held for you until now and is free again. You can ask for another one."),)
    if context.is_over:
        return ()
    if context.lapses is None:
        return (_("%(host)s answers by mail.", host=host),)
    return (
        _("%(host)s will answer by %(moment)s. The time is held for you until then.", host=host, moment=context.lapses),
    )


def _action(context: LetterContext) -> Action:
    view = context.view
    if context.is_over or context.kind is EventKind.BOOKING_COMPLETED:
        return Action(_("Book another time"), booking_page_url(view.host_slug, view.event_type_slug))
    return Action(_("Change or cancel"), manage_url(view.uid))


def _place(context: LetterContext) -> tuple[tuple[str, str], ...]:
    """Where to be, in the host's words only."""
    view = context.view
    is_needed = not context.is_over and context.kind is not EventKind.BOOKING_COMPLETED
    return ((_("Where"), view.location),) if is_needed and view.location and not view.is_guest_location else ()


def _reason(context: LetterContext) -> tuple[tuple[str, str], ...]:
    if not (context.is_over and context.was_ended_by_host and context.view.cancel_reason):
        return ()
    return ((_("Reason"), context.view.cancel_reason),)
