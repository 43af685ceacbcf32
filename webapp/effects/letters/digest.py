"""The digest: one mail instead of many, to an address that anybody may have typed. It contains nothing that a person
wrote, neither names nor titles; the pages behind its links do."""

from babel import Locale
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from webapp.core.extensions import site
from webapp.domain.bookings import Audience, BookingStatus, EventKind
from webapp.effects.letters.letter import NOTHING_TO_SAY, Action, Letter, Writers, address
from webapp.services.bookings.view import BookingView
from webapp.services.mail.deliveries import ClaimedDelivery
from webapp.services.mail.digests import Digest, read_digest
from webapp.services.shared.links import booking_url, confirm_booking_url, manage_url, not_me_url
from webapp.words.formats import english_of, format_range
from webapp.words.zone_names import zone_label

_STATES = {
    BookingStatus.PENDING: _l("Not answered yet"),
    BookingStatus.CONFIRMED: _l("Confirmed"),
    BookingStatus.DECLINED: _l("Declined"),
    BookingStatus.CANCELLED: _l("Cancelled"),
    BookingStatus.COMPLETED: _l("Over"),
    BookingStatus.NO_SHOW: _l("Over"),
}


def digest(session: Session, delivery: ClaimedDelivery) -> Letter | str:
    told = read_digest(session, delivery.id)
    if told is None:
        return NOTHING_TO_SAY
    locale = _locale(told)
    with force_locale(str(locale)):
        return Letter(
            to=address(told.email),
            subject=_("Summary of recent changes at %(site)s", site=site.domain),
            heading=_("How things stand now"),
            paragraphs=(
                _(
                    "A lot has happened with your address here in a short time. This mail takes the place of several"
                    " others, which were not sent."
                ),
                *_about_bookings(told),
                *_about_account(told),
            ),
            actions=(*(_link(*each, locale) for each in told.bookings), *_not_me(told, locale), *_other_links(told)),
            closing=(_("You get this mail because somebody entered your address. If it was not you, ignore it."),),
            language=str(locale.language),
        )


LETTERS: Writers = {(EventKind.MAILS_HELD, Audience.GUEST): digest}


def _locale(told: Digest) -> Locale:
    """Of the reader's first booking."""
    for booking, audience in told.bookings:
        return english_of(booking.guest_locale if audience is Audience.GUEST else booking.host_locale)
    return english_of("en")


def _about_bookings(told: Digest) -> tuple[str, ...]:
    if not told.bookings:
        return ()
    each = _("These are the bookings concerned, as they are now. Each link leads to its details:")
    more = _("There are %(number)s more. The link at the end shows all of them.", number=told.more)
    return (each, more) if told.more else (each,)


def _about_account(told: Digest) -> tuple[str, ...]:
    if not any(kind.startswith("account.") for kind in told.kinds):
        return ()
    return (_("Somebody also asked for mails about an account with this address. If it was you, ask again later."),)


def _link(booking: BookingView, audience: Audience, locale: Locale) -> Action:
    is_guest, when = audience is Audience.GUEST, _when(booking, audience, locale)
    if is_guest and booking.awaits_guest and booking.is_active:  # the mail that asked may have been held back
        return Action(_("Not confirmed by you yet: %(when)s", when=when), confirm_booking_url(booking.uid))
    url = manage_url(booking.uid) if is_guest else booking_url(booking.uid)
    return Action(f"{_STATES[booking.status]}: {when}", url)


def _not_me(told: Digest, locale: Locale) -> tuple[Action, ...]:
    """For each host one link, which ends mails about bookings with that host."""
    of_hosts = {booking.host_id: booking for booking, audience in told.bookings if audience is Audience.GUEST}
    return tuple(
        Action(_("I did not book this: %(when)s", when=_when(each, Audience.GUEST, locale)), not_me_url(each.uid))
        for each in of_hosts.values()
    )


def _when(booking: BookingView, audience: Audience, locale: Locale) -> str:
    zone = booking.guest_time_zone if audience is Audience.GUEST else booking.host_time_zone
    return f"{format_range(booking.start, booking.end, zone, locale)} ({zone_label(zone, booking.start, locale)})"


def _other_links(told: Digest) -> tuple[Action, ...]:
    links = []
    if told.more or EventKind.GUEST_ASKED in told.kinds:
        links.append(Action(_("Ask for all data about your address"), site.url("/privacy")))
    if any(kind.startswith("account.") for kind in told.kinds):
        links.append(Action(_("Log in"), site.url(current_app.config["SECURITY_LOGIN_URL"])))
    return tuple(links)
