"""Form fields and validators that several forms share, and the select of time zones. The rules are those of the domain
and the services."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from babel import Locale
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape
from wtforms import Field
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import html_params

from webapp.core import time_zones
from webapp.domain import text
from webapp.web.shared.i18n import current_locale
from webapp.words import zone_names

WORDS = {
    "blank": lazy_gettext("Please fill this in."),
    "control_character": lazy_gettext("Use one line of ordinary characters."),
    "web_address": lazy_gettext("Leave out web addresses. If this is none, put a space after the dot."),
    "email": lazy_gettext("Type an e-mail address such as name@example.org."),
}


def words(fault: text.TextFault) -> str:
    """Why a text is refused, in the reader's language."""
    if fault.code == "too_long":
        return str(gettext("Use %(longest)s characters or fewer.", longest=fault.longest))
    return str(WORDS.get(fault.code, fault))


class Text:
    """Validator: replaces the field's data by what `check` returns, for instance `text.line` with its limit."""

    def __init__(self, check: Callable[..., str], *limits: int, required: bool = True) -> None:
        self.check, self.limits, self.required = check, limits, required
        self.field_flags: dict[str, Any] = {"required": True} if required else {}
        if limits:
            self.field_flags |= {"maxlength": limits[0]}

    def __call__(self, _form: Any, field: Any) -> None:
        if not self.required and not field.data:
            return
        try:
            field.data = self.check(field.data or "", *self.limits)
        except text.TextFault as fault:
            raise StopValidation(words(fault)) from None


class ZoneSelect:
    """Widget: the select of zones. A browser may fill in its own (app.js) as long as nobody has chosen."""

    def __call__(self, field: "TimeZoneField", **attributes: Any) -> Markup:
        given = {"id": field.id, "name": field.name, "required": True} | attributes
        if not time_zones.is_zone(field.data or ""):
            given["data-detect-time-zone"] = True
        options = zone_options(field.data or "", current_locale())
        return Markup("<select {}>{}</select>").format(Markup(html_params(**given)), options)  # noqa: S704 - escaped


class TimeZoneField(Field):  # type: ignore[misc]
    """A select of the world's zones; any other IANA name that a browser may detect is taken as well."""

    data: str | None
    widget = ZoneSelect()

    def __init__(self, label: LazyString, **options: Any) -> None:
        super().__init__(label, **options)
        self.flags.required = True

    def pre_validate(self, _form: Any) -> None:
        if not time_zones.is_zone(self.data or ""):
            raise ValidationError(gettext("Choose a time zone."))
        self.data = zone_names.present_name(self.data or "")


def zone_options(chosen: str, locale: Locale) -> Markup:
    """<optgroup>s by region. Before them stands a chosen zone that is in no region, such as `Etc/GMT+5`, or the request
    to choose one if none has been chosen."""
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
    """In ASCII: a single curly apostrophe in a place name would make Python store two bytes for each character, and
    rendering a page copies the string several times."""
    group, regions = Markup('<optgroup label="{}">{}</optgroup>'), zone_names.zones_by_region(Locale.parse(locale))
    options = Markup("").join(
        group.format(gettext(region), Markup("").join(_option(*zone) for zone in zones))
        for region, zones in regions.items()
    )
    return options.encode("ascii", "xmlcharrefreplace").decode()


def _option(name: str, place: str) -> Markup:
    """`data-names`: other names by which browsers may know the zone."""
    if names := zone_names.former_names(name):
        return Markup('<option value="{}" data-names="{}">{}</option>').format(name, " ".join(names), place)
    return Markup('<option value="{}">{}</option>').format(name, place)
