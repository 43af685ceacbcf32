"""Form fields and validators that several forms share: the rules are those of the domain and the services."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import SelectField
from wtforms.validators import StopValidation, ValidationError

from webapp import time_zones, zone_names
from webapp.domain import text
from webapp.web.i18n import zone_choices

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


class TimeZoneField(SelectField):  # type: ignore[misc]
    """A select of the world's zones; any other IANA name that a browser may detect is taken as well."""

    data: Any

    def __init__(self, label: str, **options: Any) -> None:
        options.setdefault("render_kw", {"data-detect-time-zone": ""})
        super().__init__(label, choices=zone_choices, validate_choice=False, **options)
        self.flags.required = True

    def pre_validate(self, _form: Any) -> None:
        if not time_zones.is_zone(self.data or ""):
            raise ValidationError(gettext("Choose a time zone."))
        self.data = zone_names.present_name(self.data)
