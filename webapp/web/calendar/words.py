"""Why a slot cannot be published, in the reader's language."""

from flask_babel import lazy_gettext as _l

CLASHES = {
    "past": _l("This time has passed."),
    "too_far": _l("This is more than three years ahead."),
    "duration": _l("You have no event type of this duration."),
    "capacity": _l("There can be between 1 and 1000 seats."),
    "overlap": _l("There is a slot or a meeting at this time already."),
}
SHORT_CLASHES = {
    "past": _l("passed"),
    "too_far": _l("too far ahead"),
    "overlap": _l("clashes"),
}
