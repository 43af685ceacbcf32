"""The field in which a host chooses a slug."""

from typing import Any

from flask_babel import gettext
from wtforms.validators import StopValidation

from webapp.core.reserved_slugs import reserved_slugs
from webapp.services.accounts import slugs


class FreeSlug:
    """Validator; a host may keep the slug it has (`form.kept_slug`)."""

    field_flags = {"required": True, "maxlength": slugs.LONGEST}  # noqa: RUF012  WTForms reads it so

    def __call__(self, form: Any, field: Any) -> None:
        field.data = (field.data or "").strip().lower()
        if field.data == getattr(form, "kept_slug", None):
            return
        if not field.data and (suggestion := slugs.suggested(form.name.data or "")):
            field.data = suggestion
            raise StopValidation(gettext("Keep this suggestion, or choose another address."))
        if not slugs.is_well_formed(field.data):
            raise StopValidation(gettext("Use 2 to 64 small letters, digits and hyphens, such as ada-lovelace."))
        if field.data in reserved_slugs() or slugs.is_taken(field.data):
            free = slugs.free_slug(field.data, reserved_slugs())
            raise StopValidation(gettext("This address is taken; %(free)s is free.", free=free))
