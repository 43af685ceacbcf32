"""/settings/tokens: the host's API tokens: create them, see when they were last used, revoke them."""

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from webapp.domain import text
from webapp.services.accounts import tokens
from webapp.services.accounts.tokens import NewToken, Scope
from webapp.services.shared.secrets import LONGEST_NAME
from webapp.web.shared import htmx
from webapp.web.shared.fields import Text
from webapp.web.shared.forms import outcome
from webapp.web.shared.guards import current_actor, current_host, host_required

NEVER = "never"
SCOPES = [
    SelectChoice(str(Scope.WRITE), _l("Read and change")),
    SelectChoice(str(Scope.READ), _l("Read only")),
]
LIFETIMES = [
    SelectChoice("30", _l("30 days")),
    SelectChoice("90", _l("90 days")),
    SelectChoice("365", _l("A year")),
    SelectChoice(NEVER, _l("It does not expire")),
]

blueprint = Blueprint("tokens", __name__, url_prefix="/settings/tokens")


class TokenForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        _l("What is it for?"),
        description=_l("Only you see this."),
        render_kw={"autocomplete": "off"},
        validators=[Text(text.line, LONGEST_NAME)],
    )
    scope = RadioField(
        _l("It may"),
        choices=SCOPES,
        default=str(Scope.WRITE),
        validators=[InputRequired(_l("Choose what it may do."))],
    )
    lifetime = SelectField(
        _l("Expires after"),
        choices=LIFETIMES,
        default="365",
        validators=[InputRequired(_l("Choose when it expires."))],
    )

    def new_token(self) -> NewToken:
        days = None if self.lifetime.data == NEVER else int(self.lifetime.data)
        return NewToken(name=self.name.data or "", scope=Scope(self.scope.data), days=days)


@blueprint.get("")
@host_required
def index() -> Response:
    return _page(TokenForm())


@blueprint.post("")
@host_required
def create() -> Response:
    """Answers with the page instead of a redirect: the token is shown only once, and is in no URL and no session."""
    form = TokenForm()
    make = partial(tokens.create_token, host_id=current_host().id, actor=current_actor())
    token = outcome(form, lambda: make(form.new_token()))
    return _page(TokenForm(formdata=None), token=token) if token else _page(form, status=422)


@blueprint.get("/<uuid:token_id>/revoke")
@host_required
def confirm_revoke(token_id: uuid.UUID) -> str:
    token = tokens.host_token(token_id, host_id=current_host().id)
    return render_template("settings/tokens_revoke.html", token=token)


@blueprint.post("/<uuid:token_id>/revoke")
@host_required
def revoke(token_id: uuid.UUID) -> Any:
    tokens.revoke_token(token_id, host_id=current_host().id, actor=current_actor())
    flash(gettext("Revoked: it is refused from now on."), "success")
    return htmx.see_other(url_for("tokens.index"))


def _page(form: TokenForm, *, token: str | None = None, status: int = 200) -> Response:
    host = current_host()
    page_values = {"form": form, "tokens": tokens.host_tokens(host.id), "token": token, "zone": host.time_zone}
    return make_response(render_template("settings/tokens.html", **page_values), status)
