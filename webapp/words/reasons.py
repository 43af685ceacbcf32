"""The availability engine's reasons in words, with their figures. Times are in the zone that is passed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from babel import Locale
from flask_babel import gettext, ngettext

from webapp.domain.availability.instants import local_date, to_datetime
from webapp.domain.availability.reasons import Reason, ReasonCode
from webapp.words import formats
from webapp.words.formats import span_in_words


def in_words(reason: Reason, *, time_zone: str, locale: Locale = formats.ENGLISH) -> str:
    """One or two sentences. Dates of limits and overrides are in the schedule's zone."""
    return _SENTENCES[reason.code](_Figures(reason, time_zone, locale))


def unknown_holidays(known_until: date, locale: Locale = formats.ENGLISH) -> str:
    """The sentence for a date after `known_until`."""
    return gettext("Holidays are known until %(day)s only.", day=formats.format_day(known_until, locale))


@dataclass(frozen=True, slots=True)
class _Figures:
    reason: Reason
    time_zone: str
    locale: Locale

    @property
    def start(self) -> str:
        return self._moment(self.reason.start)

    @property
    def end(self) -> str:
        return self._moment(self.reason.end)

    @property
    def taken(self) -> dict[str, str]:
        """Start and end of the taken range; the end has its day only if it differs."""
        start, end = self.reason.start or 0, self.reason.end or 0
        is_same_day = local_date(self.time_zone, start) == local_date(self.time_zone, end)
        return {"start": self.start, "end": self._time(end) if is_same_day else self.end}

    @property
    def on(self) -> str:
        return formats.format_day(self.reason.on or date.min, self.locale)

    @property
    def limit(self) -> int:
        return self.reason.limit or 0

    @property
    def count(self) -> int:
        return self.reason.count or 0

    def _time(self, seconds: int) -> str:
        return formats.format_time(to_datetime(seconds), self.time_zone, self.locale)

    def _moment(self, seconds: int | None) -> str:
        seconds = seconds or 0
        day = formats.format_day_short(local_date(self.time_zone, seconds), self.locale)
        return f"{day}, {self._time(seconds)}"


def _notice(it: _Figures) -> str:
    return gettext(
        "Too soon: %(span)s of notice are asked for. The first start that would do is %(start)s.",
        span=span_in_words(it.limit),
        start=it.start,
    )


def _window(it: _Figures) -> str:
    reason = it.reason
    if reason.limit is not None:
        days = ngettext("%(num)s day", "%(num)s days", reason.limit)
        return gettext("Too far ahead: %(days)s can be booked, to %(end)s.", days=days, end=it.end)
    if reason.start is None:
        return gettext("Too far ahead: nothing is offered after %(end)s.", end=it.end)
    return gettext("Outside the booking window, which goes from %(start)s to %(end)s.", start=it.start, end=it.end)


def _hours(it: _Figures) -> str:
    if it.reason.start is None:
        return gettext("Outside the hours: no weekly hours are open then, and no slot is published.")
    return gettext(
        "Not one of the starts: the hours are open from %(start)s to %(end)s, and there a meeting starts"
        " every %(step)s and ends in time.",
        step=span_in_words(it.limit),
        **it.taken,
    )


def _limit_day(it: _Figures) -> str:
    return ngettext(
        "%(num)s booking of at most %(limit)s on %(on)s.",
        "%(num)s bookings of at most %(limit)s on %(on)s.",
        it.count,
        limit=it.limit,
        on=it.on,
    )


def _limit_week(it: _Figures) -> str:
    return ngettext(
        "%(num)s booking of at most %(limit)s in the week that begins on %(on)s.",
        "%(num)s bookings of at most %(limit)s in the week that begins on %(on)s.",
        it.count,
        limit=it.limit,
        on=it.on,
    )


_SENTENCES: dict[ReasonCode, Callable[[_Figures], str]] = {
    ReasonCode.PAST: lambda it: gettext("It has passed: it is %(start)s now.", start=it.start),
    ReasonCode.NOTICE: _notice,
    ReasonCode.WINDOW: _window,
    ReasonCode.HOURS: _hours,
    ReasonCode.OVERRIDE: lambda it: gettext("The hours of %(on)s are changed for that date.", on=it.on),
    ReasonCode.HOLIDAY: lambda it: gettext("%(on)s is a holiday: %(name)s.", on=it.on, name=it.reason.name or ""),
    ReasonCode.BUSY: lambda it: gettext("There is a meeting from %(start)s to %(end)s.", **it.taken),
    ReasonCode.BUFFER: lambda it: gettext(
        "Too close to a meeting: with its buffers it takes %(start)s to %(end)s, and this one has buffers of its own.",
        **it.taken,
    ),
    ReasonCode.BLOCKED: lambda it: gettext("Blocked from %(start)s to %(end)s.", **it.taken),
    ReasonCode.CALENDAR: lambda it: gettext("A connected calendar is busy from %(start)s to %(end)s.", **it.taken),
    ReasonCode.LIMIT_DAY: _limit_day,
    ReasonCode.LIMIT_WEEK: _limit_week,
    ReasonCode.FULL: lambda it: ngettext("The one seat is taken.", "All %(num)s seats are taken.", it.limit),
    ReasonCode.INACTIVE: lambda _: gettext("The event type is switched off."),
}
