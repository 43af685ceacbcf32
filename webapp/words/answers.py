"""A guest's answers, for the pages of a booking and the host's mails."""

from flask_babel import gettext

from webapp.services.bookings.view import BookingView


def answered(booking: BookingView) -> list[tuple[str, str]]:
    """(question, answer), in the order of the questions; answers to deleted questions come last, under their key."""
    labels = {question["key"]: question["label"] for question in booking.questions}
    keys = [*(key for key in labels if key in booking.answers), *(key for key in booking.answers if key not in labels)]
    return [(labels.get(key, key), _words(booking.answers[key])) for key in keys]


def _words(answer: object) -> str:
    if isinstance(answer, bool):
        return gettext("Yes") if answer else gettext("No")
    return str(answer)
