"""Names and places of time zones, compared with CLDR's own data."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers

from webapp.core.time_zones import is_zone, known_zones
from webapp.words.zone_names import MODELS, present_name, zone_label, zone_place, zones_by_region

MAY, JANUARY = datetime(2027, 5, 4, 13, 30, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)
MOMENTS = [datetime(year, month, 15, 12, tzinfo=UTC) for year in (2026, 2027, 2028, 2029) for month in (1, 7)]
LABEL = re.compile(r"(?:(?P<name>.+ Time)(?: \((?P<place>[^()]+)\))?|(?P<alone>[^()]+)), GMT[+-]\d\d:\d\d")


def englishes() -> list[str]:
    """Of each English that has names of zones of its own one: pages and mails are English, with a region's formats."""
    found: dict[str, str] = {}
    for name in sorted(locale_identifiers()):
        if re.fullmatch(r"en(_[A-Z]{2}|_\d{3})?", name):
            locale = Locale.parse(name)
            data = [(key, known.get("long"), known.get("city")) for key, known in locale.time_zones.items()]
            found.setdefault(repr([data, [(key, known.get("long")) for key, known in locale.meta_zones.items()]]), name)
    return list(found.values())


@pytest.mark.parametrize(
    ("zone", "moment", "label"),
    [("Europe/Berlin", MAY, "Central European Summer Time (Berlin), GMT+02:00"),
     ("Europe/Berlin", JANUARY, "Central European Standard Time (Berlin), GMT+01:00"),
     ("America/New_York", MAY, "Eastern Daylight Time (New York), GMT-04:00"),
     ("Asia/Kathmandu", MAY, "Nepal Time (Kathmandu), GMT+05:45"),
     ("UTC", MAY, "Coordinated Universal Time (UTC), GMT+00:00"),
     # summer is the standard by law, winter the exception
     ("Europe/Dublin", JANUARY, "Greenwich Mean Time (Dublin), GMT+00:00"),
     ("Europe/Dublin", MAY, "Irish Standard Time (Dublin), GMT+01:00"),
     # CLDR knows them by former names
     ("America/Indiana/Indianapolis", MAY, "Eastern Daylight Time (Indianapolis), GMT-04:00"),
     ("Asia/Kolkata", MAY, "India Standard Time (Kolkata), GMT+05:30"),
     ("America/Indiana/Knox", MAY, "Central Daylight Time (Knox, Indiana), GMT-05:00"),
     # half an hour of daylight saving, and two hours
     ("Australia/Lord_Howe", JANUARY, "Lord Howe Daylight Time (Lord Howe Island), GMT+11:00"),
     ("Antarctica/Troll", MAY, "Troll, GMT+02:00"),
     # no longer what CLDR's name says
     ("America/Vancouver", MAY, "Vancouver, GMT-07:00"), ("America/Vancouver", JANUARY, "Vancouver, GMT-07:00"),
     ("America/Winnipeg", JANUARY, "Winnipeg, GMT-05:00"),
     ("America/Vancouver", datetime(2026, 1, 4, tzinfo=UTC), "Pacific Standard Time (Vancouver), GMT-08:00"),
     ("America/Phoenix", MAY, "Mountain Standard Time (Phoenix), GMT-07:00"),
     # CLDR has no name, or the place is in it
     ("Africa/Casablanca", JANUARY, "Casablanca, GMT+00:00"),
     ("Asia/Singapore", JANUARY, "Singapore Standard Time, GMT+08:00"),
     ("Etc/GMT+5", JANUARY, "GMT-05:00"), ("Etc/UTC", JANUARY, "Coordinated Universal Time (UTC), GMT+00:00")],
)  # fmt: skip
def test_a_zone_is_named_with_its_offset_at_that_moment(zone: str, moment: datetime, label: str) -> None:
    assert zone_label(zone, moment) == label


@pytest.mark.parametrize("locale", englishes())
def test_every_name_is_the_one_of_cldr_for_that_half_of_the_year(locale: str) -> None:
    english = Locale.parse(locale)
    wrong = {
        (zone, label): expected
        for zone, moment, label in labels(english)
        if (name := parts(label)[0]) is not None
        if (expected := name_by_cldr(zone, moment, english)) != name
    }
    assert wrong == {}


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_name_means_one_offset_and_is_missing_only_where_it_would_mean_another(moment: datetime) -> None:
    english = Locale("en")
    at_once = [(zone, label) for zone, when, label in labels(english) if when == moment]
    offsets: dict[str | None, set[timedelta]] = {}
    for zone, label in at_once:
        offsets.setdefault(parts(label)[0], set()).add(offset_of(zone, moment))
    nameless = [zone for zone, label in at_once if parts(label)[0] is None]
    del offsets[None]
    assert {name: found for name, found in offsets.items() if len(found) > 1} == {}
    needless = {
        zone: name
        for zone in nameless
        if (name := name_by_cldr(zone, moment, english)) and offset_of(zone, moment) in offsets.get(name, set())
    }
    assert needless == {}


@pytest.mark.parametrize("locale", englishes())
def test_every_label_reads_well(locale: str) -> None:
    english = Locale.parse(locale)
    found = {zone: label for zone, _moment, label in labels(english)}
    assert len(found) > 400
    odd = {label for label in found.values() if not LABEL.fullmatch(label) or "Unknown" in label or "/" in label}
    assert odd == set()
    twice = {zone: label for zone, label in found.items() if label.count(zone_place(zone, english)) != 1}
    assert twice == {}


def test_labels_of_all_other_zones_read_well_too() -> None:
    """Old names and offsets, as some browsers and programs give them."""
    found = [zone_label(zone, moment) for zone in known_zones() for moment in MOMENTS[:2]]
    assert [label for label in found if "Unknown" in label or "/" in label or label.count("(") > 1] == []


def test_every_group_of_zones_has_a_model() -> None:
    members: dict[str, set[str]] = {}
    for zone, group in get_global("meta_zones").items():
        members.setdefault(group, set()).add(present_name(zone))
    assert {group for group, zones in members.items() if len(zones) > 1} == set(MODELS)
    assert {group for group, zone in MODELS.items() if zone not in members[group]} == set()


def test_zones_to_choose_from() -> None:
    regions = zones_by_region()
    assert ("America/Argentina/Buenos_Aires", "Buenos Aires") in regions["America"]
    assert ("America/Coyhaique", "Coyhaique") in regions["America"]  # of the data, and unknown to CLDR
    assert regions["UTC"] == [("UTC", "UTC")]
    assert all(is_zone(name) for zones in regions.values() for name, _place in zones)
    for zones in regions.values():
        places = [place for _name, place in zones]
        assert len(places) == len(set(places))
    assert not is_zone("localtime")
    assert not is_zone("../../etc/passwd")


@pytest.mark.parametrize(
    ("name", "present"),
    [("Asia/Calcutta", "Asia/Kolkata"), ("Europe/Kiev", "Europe/Kyiv"), ("Asia/Kolkata", "Asia/Kolkata"),
     ("US/Pacific", "America/Los_Angeles"), ("UTC", "UTC"), ("Etc/UTC", "UTC"), ("Etc/GMT+5", "Etc/GMT+5"),
     ("No/Zone", "No/Zone")],
)  # fmt: skip
def test_zones_have_the_names_of_the_lists(name: str, present: str) -> None:
    assert present_name(name) == present


@cache
def listed() -> list[str]:
    return [name for zones in zones_by_region().values() for name, _place in zones]


def labels(locale: Locale) -> Iterator[tuple[str, datetime, str]]:
    for zone in listed():
        for moment in MOMENTS:
            yield zone, moment, zone_label(zone, moment, locale)


def parts(label: str) -> tuple[str | None, str | None]:
    """The name and the place of a label."""
    found = LABEL.fullmatch(label)
    assert found, label
    return found["name"], found["place"] or found["alone"]


@cache
def offset_of(zone: str, moment: datetime) -> timedelta:
    return moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


@cache
def is_ahead(zone: str, moment: datetime) -> bool:
    """Whether clocks are set forward, against the rest of that year."""
    year = {offset_of(zone, moment.replace(month=month)) for month in range(1, 13)}
    return len(year) > 1 and offset_of(zone, moment) == max(year)


@cache
def names_in_cldr(zone: str) -> list[str]:
    """The zone and all other names it has or had."""
    return [zone, *(old for old, new in get_global("zone_aliases").items() if new == zone)] + [
        new for old, new in get_global("zone_aliases").items() if old == zone
    ]


def name_by_cldr(zone: str, moment: datetime, locale: Locale) -> str | None:
    variant = "daylight" if is_ahead(zone, moment) else "standard"
    known = names_in_cldr(zone)
    own = [locale.time_zones[name].get("long", {}).get(variant) for name in known if name in locale.time_zones]
    groups = [get_global("meta_zones")[name] for name in known if name in get_global("meta_zones")]
    shared = [locale.meta_zones.get(group, {}).get("long", {}).get(variant) for group in groups]
    return next((name for name in [*own, *shared] if name), None)
