"""Who gets mail about which events, and that each mail has a template and a name."""

from webapp.domain.bookings import EventKind
from webapp.domain.reminders import REMINDER
from webapp.effects.mail.send import LETTERS
from webapp.services.mail.dispatch import RECIPIENTS, REMINDER_RECIPIENTS
from webapp.words.mails import mail_name


def test_each_kind_of_event_says_who_is_mailed() -> None:
    missing = ", ".join(f"EventKind.{kind.name}" for kind in EventKind if kind not in RECIPIENTS)
    assert not missing, (
        f"{missing}: add a row to RECIPIENTS in webapp/services/mail/dispatch.py, with () if nobody is mailed."
    )
    assert set(RECIPIENTS) == set(EventKind)


def test_each_mail_to_each_recipient_is_written_by_a_function() -> None:
    recipients = {**RECIPIENTS, REMINDER: REMINDER_RECIPIENTS}
    said = {f"{kind} to the {audience}" for kind, audiences in recipients.items() for audience in audiences}
    written = {f"{kind} to the {audience}" for kind, audience in LETTERS}
    missing, unused = sorted(said - written), sorted(written - said)
    assert not missing, (
        f"{', '.join(missing)}: write the function and its row in LETTERS, in webapp/effects/letters/to_guest.py,"
        " to_host.py or account.py."
    )
    assert not unused, (
        f"{', '.join(unused)}: nobody gets this mail. Add the recipient to RECIPIENTS in"
        " webapp/services/mail/dispatch.py, or delete the row and the function."
    )


def test_each_mail_about_a_booking_has_a_name() -> None:
    """Hosts see it in the list of a booking's mails."""
    unnamed = [
        str(kind) for kind in RECIPIENTS if kind.startswith("booking.") and RECIPIENTS[kind] and mail_name(kind) == kind
    ]
    assert not unnamed, f"{', '.join(unnamed)}: add to webapp/words/mails.py what this mail is called in lists."
