"""/settings/feeds: the host's calendar feeds (create, see when they were last used, revoke) and public busy times."""

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from webapp.domain import text
from webapp.services.ical import busy_times, feeds
from webapp.services.ical.feeds import Detail, NewFeed
from webapp.services.shared.links import busy_times_url, feed_url
from webapp.services.shared.secrets import LONGEST_NAME
from webapp.web.shared import htmx
from webapp.web.shared.fields import Text
from webapp.web.shared.forms import outcome
from webapp.web.shared.guards import current_actor, current_host, host_required

DETAILS = [
    SelectChoice(str(Detail.FULL), _l("Everything: who comes, what for, where")),
    SelectChoice(str(Detail.BUSY), _l("Only when you are busy")),
]

blueprint = Blueprint("feeds", __name__, url_prefix="/settings/feeds")


class FeedForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        _l("What reads it?"),
        description=_l("Such as “My phone”. Only you see this."),
        render_kw={"autocomplete": "off"},
        validators=[Text(text.line, LONGEST_NAME)],
    )
    detail = RadioField(
        _l("It shows"),
        choices=DETAILS,
        default=str(Detail.FULL),
        validators=[InputRequired(_l("Choose what it shows."))],
    )

    def new_feed(self) -> NewFeed:
        return NewFeed(name=self.name.data or "", detail=Detail(self.detail.data))


class BusyTimesForm(FlaskForm):  # type: ignore[misc]
    is_public = BooleanField(_l("Anybody may read when I am busy"))


@blueprint.get("")
@host_required
def index() -> Response:
    return _page(FeedForm(formdata=None))


@blueprint.post("")
@host_required
def create() -> Response:
    """Answers with the page instead of a redirect: the secret is shown only once, and is in no session."""
    form = FeedForm()
    make = partial(feeds.create_feed, host_id=current_host().id, actor=current_actor())
    secret = outcome(form, lambda: make(form.new_feed()))
    return _page(FeedForm(formdata=None), address=feed_url(secret)) if secret else _page(form, status=422)


@blueprint.get("/<uuid:feed_id>/revoke")
@host_required
def confirm_revoke(feed_id: uuid.UUID) -> str:
    return render_template("settings/feeds_revoke.html", feed=feeds.host_feed(feed_id, host_id=current_host().id))


@blueprint.post("/<uuid:feed_id>/revoke")
@host_required
def revoke(feed_id: uuid.UUID) -> Any:
    feeds.revoke_feed(feed_id, host_id=current_host().id, actor=current_actor())
    flash(gettext("Revoked: nothing can be read there from now on."), "success")
    return htmx.see_other(url_for("feeds.index"))


@blueprint.post("/busy-times")
@host_required
def publish_busy_times() -> Any:
    is_public = bool(BusyTimesForm().is_public.data)
    busy_times.publish_busy_times(host_id=current_host().id, is_public=is_public, actor=current_actor())
    said = gettext("Anybody may read your busy times.") if is_public else gettext("Nobody may read your busy times.")
    flash(said, "success")
    return htmx.see_other(url_for("feeds.index"))


def _page(form: FeedForm, *, address: str | None = None, status: int = 200) -> Response:
    host = current_host()
    is_public = busy_times.has_public_busy_times(host.id)
    page_values = {
        "form": form,
        "feeds": feeds.host_feeds(host.id),
        "address": address,
        "webcal": address and f"webcal:{address.partition(':')[2]}",
        "zone": host.time_zone,
        "busy_form": BusyTimesForm(formdata=None, is_public=is_public),
        "busy_times_url": busy_times_url(host.slug) if is_public else None,
    }
    return make_response(render_template("settings/feeds.html", **page_values), status)
