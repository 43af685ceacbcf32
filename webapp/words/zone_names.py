"""Time zones in words, by CLDR: names, places, and the list for selecting a zone.

CLDR names groups of zones that share a clock, and a zone that has left its group keeps the name until CLDR's next
release. So a name is shown only if it means the offset that our data has (docs/adr/0019).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import NamedTuple
from unicodedata import normalize

from babel import Locale
from babel.core import get_global
from babel.dates import NO_INHERITANCE_MARKER

from webapp.core.time_zones import inhabited
from webapp.domain.availability.instants import zone
from webapp.words.formats import ENGLISH

STANDARD, DAYLIGHT = "standard", "daylight"
UTC_NAME = "UTC"  # Etc/UTC in CLDR
HOUR = timedelta(hours=1)
NO_TIME = timedelta()
# The zone whose clock defines the name of a group: CLDR's "golden" zones (UTS 35, metazones, territory 001). A group
# that is not listed has one zone only.
MODELS = {
    "Acre": "America/Rio_Branco", "Africa_Central": "Africa/Maputo", "Africa_Eastern": "Africa/Nairobi",
    "Africa_Southern": "Africa/Johannesburg", "Africa_Western": "Africa/Lagos", "Alaska": "America/Juneau",
    "Amazon": "America/Manaus", "America_Central": "America/Chicago", "America_Eastern": "America/New_York",
    "America_Mountain": "America/Denver", "America_Pacific": "America/Los_Angeles", "Arabian": "Asia/Riyadh",
    "Argentina": "America/Argentina/Buenos_Aires", "Atlantic": "America/Halifax",
    "Australia_Central": "Australia/Adelaide", "Australia_Eastern": "Australia/Sydney",
    "Australia_Western": "Australia/Perth", "Brasilia": "America/Sao_Paulo", "Chamorro": "Pacific/Saipan",
    "China": "Asia/Shanghai", "Europe_Central": "Europe/Paris", "Europe_Eastern": "Europe/Bucharest",
    "Europe_Western": "Atlantic/Canary", "GMT": "Africa/Abidjan", "Greenland": "America/Nuuk", "Gulf": "Asia/Dubai",
    "Hawaii_Aleutian": "Pacific/Honolulu", "India": "Asia/Kolkata", "Indochina": "Asia/Bangkok",
    "Indonesia_Western": "Asia/Jakarta", "Kazakhstan": "Asia/Almaty", "Korea": "Asia/Seoul",
    "Krasnoyarsk": "Asia/Krasnoyarsk", "Malaysia": "Asia/Kuching", "Marshall_Islands": "Pacific/Majuro",
    "Mexico_Pacific": "America/Mazatlan", "Moscow": "Europe/Moscow", "New_Zealand": "Pacific/Auckland",
    "Samoa": "Pacific/Pago_Pago", "Uzbekistan": "Asia/Tashkent", "Vladivostok": "Asia/Vladivostok",
    "Yakutsk": "Asia/Yakutsk", "Yukon": "America/Whitehorse",
}  # fmt: skip


class Clock(NamedTuple):
    """A zone's UTC offset at some moment of a year, and how much of it is daylight saving."""

    year: int
    offset: timedelta
    saving: timedelta


def zone_label(time_zone: str, moment: datetime, locale: Locale = ENGLISH) -> str:
    """`Central European Summer Time (Berlin), GMT+02:00`: name, place and offset at `moment`."""
    return _label(time_zone, _clock(time_zone, moment), str(locale))


@lru_cache(maxsize=8192)
def _label(time_zone: str, clock: Clock, locale: str) -> str:
    spoken = Locale.parse(locale)
    name, place, offset = _name(time_zone, clock, spoken), zone_place(time_zone, spoken), _gmt(clock.offset)
    if name is None:
        return offset if place == offset else f"{place}, {offset}"
    return f"{name}, {offset}" if place in name else f"{name} ({place}), {offset}"


def zone_place(time_zone: str, locale: Locale = ENGLISH) -> str:
    """`Berlin`; `Knox, Indiana` for `America/Indiana/Knox`; `GMT-05:00` for `Etc/GMT+5`, whose sign means west."""
    if time_zone.startswith(("Etc/GMT+", "Etc/GMT-")):
        return _gmt(_clock(time_zone, datetime.now(UTC)).offset)
    city: str | None = locale.time_zones.get(_cldr_id(time_zone), {}).get("city")
    return city or time_zone.rpartition("/")[2].replace("_", " ")


@lru_cache(maxsize=16)
def zones_by_region(locale: Locale = ENGLISH) -> dict[str, list[tuple[str, str]]]:
    """Region -> [(IANA name, place)] sorted by place, for a grouped select: the zones that people live in, and UTC."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(_listed()):
        regions.setdefault(name.partition("/")[0], []).append((name, zone_place(name, locale)))
    return {region: sorted(zones, key=lambda known: normalize("NFKD", known[1])) for region, zones in regions.items()}


def present_name(name: str) -> str:
    """`Asia/Kolkata`, as in our lists, for `Asia/Calcutta`, as browsers still call it; other names are unchanged."""
    current: str = get_global("zone_aliases").get(name, name)
    current = UTC_NAME if current == "Etc/UTC" else current
    return current if current in _listed() and name not in _listed() else name


def former_names(name: str) -> tuple[str, ...]:
    """The names for which `present_name` returns this one."""
    return _former_names().get(name, ())


@lru_cache(maxsize=1)
def _former_names() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for alias in sorted(get_global("zone_aliases")):
        if (present := present_name(alias)) != alias:
            found[present] = (*found.get(present, ()), alias)
    return found


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    return inhabited() | {UTC_NAME}


def _name(time_zone: str, clock: Clock, locale: Locale) -> str | None:
    """CLDR's name, if it has one that means this offset."""
    variant, known_as = _variant(time_zone, clock), _cldr_id(time_zone)
    own = locale.time_zones.get(known_as, {}).get("long", {}).get(variant)
    if own not in (None, NO_INHERITANCE_MARKER):
        return str(own)
    group = get_global("meta_zones").get(known_as)
    if group is None or clock.offset not in _meant(MODELS.get(group, time_zone), variant, clock.year):
        return None
    name: str | None = locale.meta_zones.get(group, {}).get("long", {}).get(variant)
    return name


@lru_cache(maxsize=1024)
def _cldr_id(time_zone: str) -> str:
    """CLDR keeps the first name that it had for a zone, such as `Asia/Calcutta`."""
    aliases = get_global("zone_aliases")
    present = aliases.get(time_zone, time_zone)
    named = get_global("meta_zones").keys() | ENGLISH.time_zones.keys()
    former = (alias for alias, name in aliases.items() if name == present and alias in named)
    return present if present in named else next(former, present)


def _variant(time_zone: str, clock: Clock) -> str:
    """`daylight` for the clock that is ahead, even if the law calls it standard: Irish Standard Time is in summer, and
    in winter the tz data has a saving of minus one hour."""
    if clock.saving:
        return DAYLIGHT if clock.saving > NO_TIME else STANDARD
    has_negative = any(other.saving < NO_TIME for other in _clocks(time_zone, clock.year))
    return DAYLIGHT if has_negative else STANDARD


@lru_cache(maxsize=1024)
def _meant(model: str, variant: str, year: int) -> frozenset[timedelta]:
    """The offsets that a name can mean. Zones with daylight saving that the model does not have are an hour ahead."""
    found = frozenset(clock.offset for clock in _clocks(model, year) if _variant(model, clock) == variant)
    if variant == DAYLIGHT and not found:
        return frozenset(offset + HOUR for offset in _meant(model, STANDARD, year))
    return found


@lru_cache(maxsize=4096)
def _clocks(time_zone: str, year: int) -> tuple[Clock, ...]:
    """The clocks of a zone in a year, sampled often enough to find the shortest summer time."""
    return tuple(_looks(time_zone, year))


def _looks(time_zone: str, year: int) -> Iterator[Clock]:
    for month, day in product(range(1, 13), (1, 15)):
        yield _clock(time_zone, datetime(year, month, day, 12, tzinfo=UTC))._replace(year=year)


def _clock(time_zone: str, moment: datetime) -> Clock:
    local = moment.astimezone(zone(time_zone))
    return Clock(local.year, local.utcoffset() or NO_TIME, local.dst() or NO_TIME)


def _gmt(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    return f"GMT{sign}{minutes // 60:02}:{minutes % 60:02}"
