"""Texts about event types: their summary, and the names of the choices in the editor."""

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from webapp.domain.questions import QuestionKind
from webapp.services.event_types.content import EventTypeContent, LocationKind
from webapp.words.formats import span_in_words

COLORS = {
    "spruce": _l("Spruce green"),
    "ocean": _l("Ocean blue"),
    "plum": _l("Plum"),
    "clay": _l("Clay red"),
    "ochre": _l("Ochre"),
    "moss": _l("Moss green"),
    "rose": _l("Rose"),
    "slate": _l("Slate grey"),
}
LOCATIONS = {
    None: _l("Nothing is said about it"),
    LocationKind.PLACE: _l("At a place"),
    LocationKind.PHONE: _l("By phone"),
    LocationKind.LINK: _l("Online, at a link"),
    LocationKind.ASK: _l("The guest says where"),
}
QUESTION_KINDS = {
    QuestionKind.TEXT: _l("One line"),
    QuestionKind.TEXTAREA: _l("Long text"),
    QuestionKind.SELECT: _l("Choice"),
    QuestionKind.CHECKBOX: _l("Tick box"),
    QuestionKind.PHONE: _l("Phone number"),
}


def minutes(number: int) -> str:
    return ngettext("%(num)s minute", "%(num)s minutes", number)


def before_start(number: int) -> str:
    """The time of a reminder: `1 day before`."""
    return gettext("%(span)s before", span=span_in_words(number))


def summary(content: EventTypeContent) -> str:
    """A line for the list of event types: the duration, and the main settings that differ from the defaults."""
    parts = [minutes(content.duration_minutes)]
    if content.capacity > 1:
        parts.append(gettext("group of up to %(seats)s", seats=content.capacity))
    if content.requires_confirmation:
        parts.append(gettext("waits for your yes"))
    if content.notice_minutes:
        parts.append(gettext("%(span)s of notice", span=span_in_words(content.notice_minutes)))
    if content.questions:
        parts.append(ngettext("one question", "%(num)s questions", len(content.questions)))
    return " · ".join(parts)
