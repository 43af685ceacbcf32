"""/settings: the host's profile."""

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from webapp.domain import text
from webapp.domain.errors import Invalid, SlugTaken
from webapp.services.accounts import accounts
from webapp.services.accounts.accounts import LONGEST_ABOUT, LONGEST_NAME
from webapp.services.shared.validation import title
from webapp.web.accounts.forms import FreeSlug
from webapp.web.shared import htmx
from webapp.web.shared.fields import Text, TimeZoneField
from webapp.web.shared.forms import refuse
from webapp.web.shared.guards import current_host, host_required

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


class ProfileForm(FlaskForm):  # type: ignore[misc]
    name = StringField(_l("Name"), render_kw={"autocomplete": "name"}, validators=[Text(title, LONGEST_NAME)])
    slug = StringField(
        _l("Address of your page"),
        description=_l("When you change it, old links lead to the new address for 90 days."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        validators=[FreeSlug()],
    )
    time_zone = TimeZoneField(_l("Time zone"))
    about = TextAreaField(
        _l("About you"),
        description=_l("Guests see this on your page."),
        render_kw={"rows": 4},
        validators=[Text(text.paragraph, LONGEST_ABOUT, required=False)],
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kept_slug, self.host_id = current_host().slug, current_host().id


@blueprint.route("", methods=["GET", "POST"])
@host_required
def profile() -> Any:
    form = ProfileForm(obj=current_host())
    if form.validate_on_submit() and _saved(form):
        flash(gettext("Saved."), "success")
        return htmx.see_other(url_for("settings.profile"))
    return render_template("settings/profile.html", form=form), 422 if form.errors else 200


def _saved(form: ProfileForm) -> bool:
    values = {name: form[name].data for name in ("name", "slug", "time_zone", "about")}
    try:
        accounts.update_profile(host_id=current_host().id, **values)
    except SlugTaken:
        form.slug.errors = [gettext("This address is taken.")]
        return False
    except Invalid as fault:
        refuse(form, fault)
        return False
    return True
