"""Public holidays by country and subdivision, from the library `holidays`; each can be switched off by name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

# Years ahead for which holidays are computed: bookings cannot be made further ahead.
HOLIDAY_YEARS = 3
# Hosts switch holidays off by name, so the names must not depend on the server's language.
LANGUAGE = "en_US"
# Holidays on the same date are joined into one name; a substitute day has a name of its own.
SEPARATOR = "; "
_SUFFIX = re.compile(r" \((?:observed|estimated|observed, estimated)\)$")


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday with its dates (several if it lasts for days or has a substitute day)."""

    name: str
    dates: tuple[date, ...]


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    """date -> name for one year, in English if the library has it. Raises ValueError for an unknown country or
    subdivision."""
    import holidays  # takes a third of a second, and most hosts never need it

    try:
        found = holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False, language=LANGUAGE)
    except NotImplementedError as error:
        raise ValueError(f"no holidays are known for {country} {subdivision or ''}".strip()) from error
    return MappingProxyType(dict(sorted(found.items())))


@lru_cache(maxsize=512)
def observed_holidays(
    country: str | None, subdivision: str | None, off: frozenset[str], first_year: int, last_year: int
) -> Mapping[date, str]:
    """Holidays in [first_year, last_year] that a schedule observes: a date counts as long as any of its holidays is
    observed. For a country or subdivision that the library no longer knows there are none: the usual hours apply."""
    if country is None or not is_known(country, subdivision):
        return MappingProxyType({})
    refused = {holiday_key(name) for name in off}
    days: dict[date, str] = {}
    for year in range(first_year, last_year + 1):
        for day, names in public_holidays(country, subdivision, year).items():
            kept = [name for name in names.split(SEPARATOR) if holiday_key(name) not in refused]
            if kept:
                days[day] = SEPARATOR.join(kept)
    return MappingProxyType(days)


def coming_holidays(country: str, subdivision: str | None, first: date, last: date) -> list[Holiday]:
    """All holidays in [first, last], each once, in order of their first date."""
    dates: dict[str, list[date]] = {}
    for day, name in _holidays_between(country, subdivision, first, last):
        dates.setdefault(name, []).append(day)
    return [Holiday(name, tuple(dict.fromkeys(days))) for name, days in dates.items()]


def known_until(country: str | None, last: date) -> date | None:
    """The last day for which the library knows the holidays; None if that is `last` or later.

    Most countries' holidays follow from rules or are estimated. Those of Sri Lanka are listed year by year.
    """
    if country is None or country not in countries():
        return None
    end = _end_year(country)
    return date(end, 12, 31) if end < last.year else None


@lru_cache(maxsize=512)
def _end_year(country: str) -> int:
    import holidays

    year: int = holidays.country_holidays(country).end_year
    return year


def holiday_key(name: str) -> str:
    """The name under which a holiday is switched off, the same for its own date and a substitute day."""
    return _SUFFIX.sub("", name)


def is_known(country: str, subdivision: str | None) -> bool:
    parts = countries().get(country)
    return parts is not None and (not subdivision or subdivision in parts)


@lru_cache(maxsize=1)
def countries() -> Mapping[str, tuple[str, ...]]:
    """ISO 3166-1 code -> codes of its subdivisions."""
    import holidays

    supported = holidays.list_supported_countries(include_aliases=False)
    return MappingProxyType({code: tuple(parts) for code, parts in sorted(supported.items())})


@lru_cache(maxsize=64)
def subdivisions(country: str) -> Mapping[str, str]:
    """Code -> name (the code itself if there is no other), sorted by name."""
    import holidays

    names = holidays.country_holidays(country).get_subdivision_aliases()
    named = {code: (names.get(code) or [code])[0] for code in countries()[country]}
    return MappingProxyType(dict(sorted(named.items(), key=lambda item: item[1])))


def _holidays_between(country: str, subdivision: str | None, first: date, last: date) -> Iterator[tuple[date, str]]:
    for year in range(first.year, last.year + 1):
        for day, names in public_holidays(country, subdivision, year).items():
            if first <= day <= last:
                yield from ((day, holiday_key(name)) for name in names.split(SEPARATOR))
