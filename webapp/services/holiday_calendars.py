"""Public holidays by country and subdivision, from the library `holidays`; each can be switched off by its name."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

# The names are keys of what a host has switched off, so they must not depend on the server's language.
LANGUAGE = "en_US"


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    """date -> name of one year, English where the library has it. Raises ValueError for an unknown country or part."""
    import holidays  # a third of a second, and most hosts never ask

    try:
        found = holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False, language=LANGUAGE)
    except NotImplementedError as error:
        raise ValueError(f"no holidays are known for {country} {subdivision or ''}".strip()) from error
    return MappingProxyType(dict(sorted(found.items())))


@lru_cache(maxsize=512)
def observed_holidays(
    country: str | None, subdivision: str | None, off: frozenset[str], first_year: int, last_year: int
) -> Mapping[date, str]:
    """The holidays of [first_year, last_year] that a schedule keeps: all but those named in `off`."""
    if country is None:
        return MappingProxyType({})
    days: dict[date, str] = {}
    for year in range(first_year, last_year + 1):
        days |= public_holidays(country, subdivision, year)
    return MappingProxyType({day: name for day, name in days.items() if name not in off})


@lru_cache(maxsize=1)
def countries() -> Mapping[str, tuple[str, ...]]:
    """ISO 3166-1 code -> its subdivisions' codes."""
    import holidays

    supported = holidays.list_supported_countries(include_aliases=False)
    return MappingProxyType({code: tuple(parts) for code, parts in sorted(supported.items())})
