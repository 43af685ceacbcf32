"""Flask-Security's forms with this application's labels and fields, and the validator for a host's slug."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_security import forms as fs
from flask_security.proxies import _security
from flask_security.utils import get_message
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField
from wtforms.validators import InputRequired, Length, StopValidation

from webapp.identity import reserved_slugs
from webapp.services.accounts import slugs
from webapp.services.accounts.passwords import LONGEST
from webapp.services.shared.validation import LONGEST_EMAIL
from webapp.web.accounts.guesses import note_wrong_password


def email_field() -> EmailField:
    return EmailField(
        _l("E-mail address"),
        render_kw={"autocomplete": "email", "maxlength": LONGEST_EMAIL},
        validators=[fs.email_required, fs.EmailValidation()],
    )


def _password(label: Any, autocomplete: str, *more: Any) -> PasswordField:
    too_long = _l("Use %(longest)s characters or fewer.", longest=LONGEST)
    return PasswordField(
        label,
        render_kw={"autocomplete": autocomplete, "maxlength": LONGEST},
        validators=[fs.password_required, Length(max=LONGEST, message=too_long), *more],
    )


def new_password_field(label: Any) -> PasswordField:
    return _password(label, "new-password")


def password_again(field: str) -> PasswordField:
    same = fs.EqualToLocalize(field, message="RETYPE_PASSWORD_MISMATCH")
    return _password(_l("Password again"), "new-password", same)


def is_strong(field: PasswordField, **about: str) -> bool:
    """Whether the password of an account to be made will do; if so the field has it normalised. `about`: its email,
    name and slug."""
    if field.errors or not field.data:
        return False
    faults, field.data = _security.password_util.validate(field.data, True, **about)
    field.errors = [*field.errors, *(faults or ())]
    return not faults


class FreeSlug:
    """Validator: the slug must be free. A host may keep the current one (`form.kept_slug`)."""

    field_flags = {"required": True, "maxlength": slugs.LONGEST}  # noqa: RUF012  WTForms expects a dict

    def __call__(self, form: Any, field: Any) -> None:
        field.data = (field.data or "").strip().lower()
        if field.data == getattr(form, "kept_slug", None):
            return
        if not field.data and (suggestion := slugs.suggested(form.name.data or "")):
            field.data = suggestion
            raise StopValidation(gettext("Keep this suggestion, or choose another address."))
        if not slugs.is_well_formed(field.data):
            raise StopValidation(gettext("Use 2 to 64 small letters, digits and hyphens, such as ada-lovelace."))
        if field.data in reserved_slugs() or slugs.is_taken(field.data, host_id=getattr(form, "host_id", None)):
            free = slugs.free_slug(field.data, reserved_slugs())
            raise StopValidation(gettext("This address is taken; %(free)s is free.", free=free))


class LoginForm(fs.LoginForm):
    email = email_field()
    password = _password(_l("Password"), "current-password")
    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = ""

    def validate(self, **kwargs: Any) -> bool:
        is_right: bool = super().validate(**kwargs)
        if self.ifield is not None and not self.user_authenticated:  # an account was looked for
            note_wrong_password()
        return is_right


class ForgotPasswordForm(FlaskForm):  # type: ignore[misc]
    email = email_field()


class _OffersRevocation:
    """Mixin for a form with a new password. Nothing is ticked: programs of a host who forgot a password go on."""

    revoke_tokens = BooleanField(_l("Revoke all API tokens"))
    revoke_feeds = BooleanField(_l("Revoke all calendar links"))
    renew_secrets = BooleanField(_l("Renew the signing secrets of all webhooks"))


class ResetPasswordForm(_OffersRevocation, fs.ResetPasswordForm):
    password = new_password_field(_l("New password"))
    password_confirm = password_again("password")


class _AsksForPassword:
    """Mixin for a form that asks those who are logged in for their password."""

    password: PasswordField

    def validate(self, **kwargs: Any) -> bool:
        is_right: bool = super().validate(**kwargs)  # type: ignore[misc]
        if get_message("INVALID_PASSWORD")[0] in self.password.errors:
            note_wrong_password()
        return is_right


class ChangePasswordForm(_AsksForPassword, _OffersRevocation, fs.ChangePasswordForm):
    password = _password(_l("Password now"), "current-password", InputRequired())
    new_password = new_password_field(_l("New password"))
    new_password_confirm = password_again("new_password")


class VerifyForm(_AsksForPassword, fs.VerifyForm):
    password = _password(_l("Password"), "current-password")
