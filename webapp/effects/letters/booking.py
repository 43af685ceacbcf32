"""What guests and hosts are told about a booking.

Each event is told with its own facts: the interval and the version of then, not of now. A confirmation that leaves
after the booking was moved still says the first time and is followed by the mail about the move, in order, so that
nobody receives "moved" for what they never heard of, and mails can be counted against events. The exceptions
are a mail sent again after a later one has arrived, which would put the past after the present
(`deliveries.is_overtaken`), and reminders, which speak of the present or not at all (`reminders.why_not`). Names
and addresses are those of now.

An invitation goes along with what is certain: confirmed, moved, cancelled. About a request there are words only.
"""

from dataclasses import replace

from flask_babel import force_locale

from webapp.effects.letters.context import letter_context
from webapp.effects.letters.letter import Invite, Letter
from webapp.effects.letters.to_guest import to_guest
from webapp.effects.letters.to_host import to_host
from webapp.services.bookings.view import BookingView
from webapp.services.ical.invitations import Audience, invitation
from webapp.services.mail.deliveries import ClaimedDelivery
from webapp.services.mail.dispatch import GUEST


def booking_letter(delivery: ClaimedDelivery, booking: BookingView, guests: tuple[tuple[str, str], ...] = ()) -> Letter:
    """`booking`: the booking as it stands in the database. `guests`: (name, address) of all who come to this time, for
    the host's reminder."""
    audience = Audience.GUEST if delivery.recipient == GUEST else Audience.HOST
    context = letter_context(delivery, booking, audience, guests)
    with force_locale(str(context.locale)):
        letter = to_guest(context) if audience is Audience.GUEST else to_host(context)
    if context.method is None:
        return letter
    content = invitation(context.view, method=context.method, audience=audience, stamp=delivery.occurred_at)
    return replace(letter, invite=Invite(context.method, content))
