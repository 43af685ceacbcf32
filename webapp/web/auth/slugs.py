"""Slugs that a host may choose: free, well-formed, and no address that the application needs itself."""

from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext
from wtforms.validators import StopValidation

from webapp.services import slugs


@lru_cache(maxsize=4)
def reserved(app: Flask) -> frozenset[str]:
    """The first path segments of all routes, and some that the future or a proxy may need."""
    segments = (str(rule).split("/")[1] for rule in app.url_map.iter_rules())
    return slugs.RESERVED | {segment for segment in segments if segment and not segment.startswith("<")}


class FreeSlug:
    """Validator; a host may keep the slug it has (`form.kept_slug`)."""

    field_flags = {"required": True, "maxlength": slugs.LONGEST}  # noqa: RUF012

    def __call__(self, form: Any, field: Any) -> None:
        field.data = (field.data or "").strip().lower()
        if not slugs.is_well_formed(field.data):
            raise StopValidation(
                gettext("Use 2 to 64 small letters, digits and hyphens, such as ada-lovelace.")
            )
        if field.data == getattr(form, "kept_slug", None):
            return
        if field.data in reserved(current_app._get_current_object()) or slugs.is_taken(field.data):  # type: ignore[attr-defined]
            free = slugs.free_slug(field.data, reserved(current_app._get_current_object()))  # type: ignore[attr-defined]
            raise StopValidation(gettext("This address is taken. “%(free)s” is free.", free=free))
