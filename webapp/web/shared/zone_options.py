"""The select of time zones: 30 kB of markup that is the same for everybody, but for one word."""

from functools import lru_cache

from babel import Locale
from flask_babel import gettext
from markupsafe import Markup, escape

from webapp.core import time_zones
from webapp.words import zone_names


def zone_options(chosen: str, locale: Locale) -> Markup:
    """<optgroup>s by region. Before them what no region has: an offset such as `Etc/GMT+5`, or the request to choose,
    while nothing is chosen that is a zone."""
    options, present = _options(str(locale)), zone_names.present_name(chosen)
    before, here, after = options.partition(f'<option value="{escape(present)}"')
    if here:
        return Markup(f"{before}{here} selected{after}")  # noqa: S704 - of our own escaped parts
    first = Markup('<option value="{}" selected>{}</option>').format(*_unlisted(present, locale))
    return first + Markup(options)  # noqa: S704


def _unlisted(name: str, locale: Locale) -> tuple[str, str]:
    if time_zones.is_zone(name):
        return name, zone_names.zone_place(name, locale)
    return "", gettext("Choose your time zone")


@lru_cache(maxsize=16)
def _options(locale: str) -> str:
    """In ASCII: one curly apostrophe among the places makes it a string of two bytes a character, and each page that is
    rendered copies it several times."""
    group, regions = Markup('<optgroup label="{}">{}</optgroup>'), zone_names.zones_by_region(Locale.parse(locale))
    options = Markup("").join(
        group.format(gettext(region), Markup("").join(_option(*zone) for zone in zones))
        for region, zones in regions.items()
    )
    return options.encode("ascii", "xmlcharrefreplace").decode()


def _option(name: str, place: str) -> Markup:
    """`data-names`: what browsers may call it."""
    if names := zone_names.former_names(name):
        return Markup('<option value="{}" data-names="{}">{}</option>').format(name, " ".join(names), place)
    return Markup('<option value="{}">{}</option>').format(name, place)
