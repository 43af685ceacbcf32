"""Form fields and validators that several forms share: the rules are those of the domain and the services."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from wtforms import Field
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import html_params

from webapp.core import time_zones
from webapp.domain import text
from webapp.web.shared.i18n import current_locale
from webapp.web.shared.zone_options import zone_options
from webapp.words import zone_names

WORDS = {
    "blank": lazy_gettext("Please fill this in."),
    "control_character": lazy_gettext("Use one line of ordinary characters."),
    "email": lazy_gettext("Type an e-mail address such as name@example.org."),
}


def words(fault: text.TextFault) -> str:
    """Why a text is refused, in the reader's language."""
    if fault.code == "too_long":
        return str(gettext("Use %(longest)s characters or fewer.", longest=fault.longest))
    return str(WORDS.get(fault.code, fault))


class Text:
    """Validator: the field's data as `check` gives it back, such as `text.line` with its limit."""

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

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.flags.required = True

    def pre_validate(self, _form: Any) -> None:
        if not time_zones.is_zone(self.data or ""):
            raise ValidationError(gettext("Choose a time zone."))
        self.data = zone_names.present_name(self.data or "")
