"""Fields of the event type editor."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import Field, IntegerField, SelectField
from wtforms.validators import ValidationError

from webapp.words.formats import DAY, HOUR, MINUTE, in_largest_unit

UNITS = {MINUTE: _l("minutes"), HOUR: _l("hours"), DAY: _l("days")}
LONGEST_NUMBER = 7  # digits


class SpanField(Field):  # type: ignore[misc]
    """A number and its unit: two controls with the same name. `data` is in minutes; `number` and `unit` keep the values
    as typed."""

    def process_data(self, value: int | None) -> None:
        self.data = value or 0
        number, self.unit = in_largest_unit(self.data)
        self.number = str(number)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        self.number, unit = valuelist[0].strip(), valuelist[1] if len(valuelist) > 1 else ""
        self.unit = int(unit) if unit in map(str, UNITS) else MINUTE
        if not self.number:
            self.data = 0
        elif self.number.isascii() and self.number.isdigit() and len(self.number) <= LONGEST_NUMBER:
            self.data = int(self.number) * self.unit
        else:
            raise ValueError(gettext("Type a whole number."))

    @property
    def units(self) -> list[tuple[int, Any, bool]]:
        """(minutes, word, whether it is selected) for each unit."""
        return [(unit, word, unit == self.unit) for unit, word in UNITS.items()]


class NumberField(IntegerField):  # type: ignore[misc]
    """An optional whole number within `bounds`, both inclusive."""

    data: int | None

    def __init__(self, label: LazyString, bounds: tuple[int, int], **given: Any) -> None:
        self.bounds = bounds
        attributes = {"min": bounds[0], "max": bounds[1], "inputmode": "numeric"} | given.pop("render_kw", {})
        super().__init__(label, render_kw=attributes, **given)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(gettext("Type a whole number.")) from None

    def pre_validate(self, _form: Any) -> None:
        least, most = self.bounds
        if self.data is not None and not least <= self.data <= most:
            raise ValidationError(gettext("Type a number from %(least)s to %(most)s.", least=least, most=most))


class ChoiceField(SelectField):  # type: ignore[misc]
    """A select in which one choice is always selected, so that it is not marked as optional and its control needs no
    `required` attribute."""

    def __init__(self, label: LazyString, **given: Any) -> None:
        super().__init__(label, **given)
        self.flags.required = True

    def __call__(self, **attributes: Any) -> Any:
        return super().__call__(**{"required": False} | attributes)
