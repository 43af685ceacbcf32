"""For all forms: showing a service's errors beside their fields, and the hidden field that catches robots."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import ValidationError

from webapp.domain.errors import Invalid

T = TypeVar("T")


def outcome(form: FlaskForm, command: Callable[[], T]) -> T | None:
    """What the command returned. None: it was refused, and the form says why."""
    if form.validate():
        try:
            return command()
        except Invalid as fault:
            refuse(form, fault)
    return None


def refuse(form: FlaskForm, fault: Invalid) -> None:
    """Show a service's errors beside the fields of the same names."""
    for name, messages in fault.errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, *messages]
        else:
            form.form_errors.extend(messages)


# Browsers and password managers fill in hidden fields, too, when a name or a label means something to them. Those that
# take no `autocomplete=off` heed an attribute of their own: 1Password, Bitwarden, LastPass, Dashlane.
IGNORED = {
    "autocomplete": "off",
    "tabindex": "-1",
    "data-1p-ignore": "true",
    "data-bwignore": "true",
    "data-lpignore": "true",
    "data-form-type": "other",
}


class HoneypotField(StringField):  # type: ignore[misc]
    """A form with this field filled in is refused and shown with the field empty, so that a person whose browser filled
    it in can simply send the form again."""

    data: str | None

    def __init__(self, **options: Any) -> None:
        super().__init__(_l("Leave this empty"), render_kw=IGNORED, **options)

    def pre_validate(self, _form: Any) -> None:
        if self.data:
            self.data = ""
            raise ValidationError(
                gettext("Your browser filled in a hidden field that must be left empty: please send the form again.")
            )
