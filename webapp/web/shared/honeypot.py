"""A field that nobody sees, for robots that fill in every field."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import ValidationError

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
    """Filled in, it refuses the form and is empty in the answer: a person whose browser did it just sends it again."""

    data: str | None

    def __init__(self, **options: Any) -> None:
        super().__init__(_l("Leave this empty"), render_kw=IGNORED, **options)

    def pre_validate(self, _form: Any) -> None:
        if self.data:
            self.data = ""
            raise ValidationError(
                gettext("Your browser filled in a hidden field that must be left empty: please send the form again.")
            )
