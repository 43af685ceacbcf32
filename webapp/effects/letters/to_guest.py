"""What guests are told. No free text of whoever booked, since the address may be a stranger's: no name, subject,
note, answer or place that they typed, and nothing of other guests.
"""

from flask_babel import gettext as _

from webapp.domain.bookings import EventKind
from webapp.effects.letters.context import Telling
from webapp.effects.letters.letter import Action, Letter, address
from webapp.services.shared.links import booking_page_url, manage_url


def to_guest(telling: Telling) -> Letter:
    view = telling.view
    subject, heading = _words(telling)
    return Letter(
        to=address(view.guest_email),
        reply_to=address(view.host_email, view.host_name),
        subject=subject,
        heading=heading,
        paragraphs=_paragraphs(telling),
        rows=(
            (_("What"), view.event_type_title),
            (_("Who"), view.host_name),
            *telling.times,
            *_place(telling),
            *_reason(telling),
        ),
        actions=(_action(telling),),
        closing=(_("You get this mail because somebody booked this time with your address."),),
        language=str(telling.locale.language),
    )


def _words(telling: Telling) -> tuple[str, str]:
    """Subject and heading."""
    view, when = telling.view, telling.begins
    what = _("%(event_type)s with %(host)s", event_type=view.event_type_title, host=view.host_name)
    if telling.kind is None:
        heading = _("Your booking begins in %(period)s", period=telling.ahead)
        return _("Reminder: %(what)s, %(when)s", what=what, when=when), heading
    if telling.kind is EventKind.BOOKING_COMPLETED:
        return _("Thank you: %(what)s, %(when)s", what=what, when=when), _("Thank you for your time")
    if telling.is_request:
        return _request_words(telling, what, when)
    if telling.kind is EventKind.BOOKING_RESCHEDULED:
        return _("New time: %(what)s, %(when)s", what=what, when=when), _("Your booking has a new time")
    if telling.is_over:
        return _("Cancelled: %(what)s, %(when)s", what=what, when=when), _("Your booking is cancelled")
    heading = _("Your booking is confirmed")
    if telling.was_accepted:
        heading = _("%(host)s confirmed your booking", host=view.host_name)
    return _("Confirmed: %(what)s, %(when)s", what=what, when=when), heading


def _request_words(telling: Telling, what: str, when: str) -> tuple[str, str]:
    if telling.kind is EventKind.BOOKING_RESCHEDULED:
        return _("New time requested: %(what)s, %(when)s", what=what, when=when), _("Your request has a new time")
    if telling.kind is EventKind.BOOKING_CANCELLED:
        return _("Cancelled: %(what)s, %(when)s", what=what, when=when), _("Your request is cancelled")
    if telling.is_expired:
        return _("Not confirmed: %(what)s, %(when)s", what=what, when=when), _("Your request was not answered in time")
    if telling.is_over:
        heading = _("%(host)s cannot take your booking", host=telling.view.host_name)
        return _("Declined: %(what)s, %(when)s", what=what, when=when), heading
    return _("Requested: %(what)s, %(when)s", what=what, when=when), _("Your request was received")


def _paragraphs(telling: Telling) -> tuple[str, ...]:
    host = telling.view.host_name
    if telling.kind is EventKind.BOOKING_COMPLETED:
        return (_("You met %(host)s. Whenever you want another time, here is the page to book it.", host=host),)
    if not telling.is_request:
        return ()
    if telling.is_expired:
        return (_("The time was held for you until now and is free again. You can ask for another one."),)
    if telling.is_over:
        return ()
    if telling.lapses is None:
        return (_("%(host)s answers by mail.", host=host),)
    return (
        _("%(host)s will answer by %(moment)s. The time is held for you until then.", host=host, moment=telling.lapses),
    )


def _action(telling: Telling) -> Action:
    view = telling.view
    if telling.is_over or telling.kind is EventKind.BOOKING_COMPLETED:
        return Action(_("Book another time"), booking_page_url(view.host_slug, view.event_type_slug))
    return Action(_("Change or cancel"), manage_url(view.uid))


def _place(telling: Telling) -> tuple[tuple[str, str], ...]:
    """Where to be, in the host's words only."""
    view = telling.view
    is_needed = not telling.is_over and telling.kind is not EventKind.BOOKING_COMPLETED
    return ((_("Where"), view.location),) if is_needed and view.location and not view.is_guest_location else ()


def _reason(telling: Telling) -> tuple[tuple[str, str], ...]:
    if not (telling.is_over and telling.was_ended_by_host and telling.view.cancel_reason):
        return ()
    return ((_("Reason"), telling.view.cancel_reason),)
