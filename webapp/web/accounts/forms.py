"""Flask-Security's forms with this application's labels and fields, and the validator for a host's slug."""

from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_security import forms as fs
from flask_security.utils import get_message, hash_password
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Optional, StopValidation

from webapp.identity import reserved_slugs
from webapp.services.accounts import slugs
from webapp.services.accounts.accounts import LONGEST_NAME
from webapp.services.shared.validation import LONGEST_EMAIL, title
from webapp.web.accounts.guesses import note_wrong_password
from webapp.web.shared.fields import Text, TimeZoneField

LONGEST_PASSWORD = 128  # the limit of Flask-Security


def _email(*more: Any) -> EmailField:
    return EmailField(
        _l("E-mail address"),
        render_kw={"autocomplete": "email", "maxlength": LONGEST_EMAIL},
        validators=[fs.email_required, fs.EmailValidation(), *more],
    )


def _not_too_long(_form: Any, field: Any) -> None:
    """Also where a password is only compared: hashing raises an error above 4096 characters."""
    if len(field.data or "") > LONGEST_PASSWORD:
        raise StopValidation(gettext("Use %(longest)s characters or fewer.", longest=LONGEST_PASSWORD))


def _password(label: Any, autocomplete: str, *more: Any) -> PasswordField:
    return PasswordField(
        label,
        render_kw={"autocomplete": autocomplete, "maxlength": LONGEST_PASSWORD},
        validators=[fs.password_required, _not_too_long, *more],
    )


def _again(field: str) -> PasswordField:
    same = fs.EqualToLocalize(field, message="RETYPE_PASSWORD_MISMATCH")
    return _password(_l("Password again"), "new-password", same)


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
        if field.data in reserved_slugs() or slugs.is_taken(field.data):
            free = slugs.free_slug(field.data, reserved_slugs())
            raise StopValidation(gettext("This address is taken; %(free)s is free.", free=free))


class LoginForm(fs.LoginForm):
    email = _email()
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


class RegisterForm(fs.RegisterFormV2):
    name = StringField(_l("Name"), render_kw={"autocomplete": "name"}, validators=[Text(title, LONGEST_NAME)])
    email = _email(fs.unique_user_email)
    password = _password(_l("Password"), "new-password")
    password_confirm = _again("password")
    slug = StringField(
        _l("Address of your page"),
        description=_l("Small letters, digits and hyphens. Guests book you at this address."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        validators=[FreeSlug()],
    )
    time_zone = TimeZoneField(_l("Time zone"))
    invitation = HiddenField(validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request.method == "GET":
            self.invitation.data = request.args.get("invitation", "")


class ForgotPasswordForm(fs.ForgotPasswordForm):
    email = _email(fs.valid_user_email)

    def validate(self, **kwargs: Any) -> bool:
        """Hash a password for known accounts too, as Flask-Security does for unknown ones, so that both take the same
        time."""
        is_known: bool = super().validate(**kwargs)
        if is_known:
            hash_password("not-a-password")
        return is_known


class SendConfirmationForm(fs.SendConfirmationForm):
    email = _email(fs.valid_user_email)


class ResetPasswordForm(fs.ResetPasswordForm):
    password = _password(_l("New password"), "new-password")
    password_confirm = _again("password")


class _AsksForPassword:
    """Mixin for a form that asks those who are logged in for their password."""

    password: PasswordField

    def validate(self, **kwargs: Any) -> bool:
        is_right: bool = super().validate(**kwargs)  # type: ignore[misc]
        if get_message("INVALID_PASSWORD")[0] in self.password.errors:
            note_wrong_password()
        return is_right


class ChangePasswordForm(_AsksForPassword, fs.ChangePasswordForm):
    password = _password(_l("Password now"), "current-password", InputRequired())
    new_password = _password(_l("New password"), "new-password")
    new_password_confirm = _again("new_password")


class VerifyForm(_AsksForPassword, fs.VerifyForm):
    password = _password(_l("Password"), "current-password")
