"""The list of webhooks, and making one."""

from functools import partial
from typing import Any

from flask import Response, make_response, render_template

from webapp.services.webhooks import endpoints as webhooks
from webapp.services.webhooks.endpoints import MadeWebhook
from webapp.web.shared.forms import outcome
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.webhooks.blueprint import blueprint
from webapp.web.webhooks.forms import NewWebhookForm
from webapp.web.webhooks.words import name, state


@blueprint.get("")
@host_required
def index() -> Response:
    return _page(NewWebhookForm())


@blueprint.post("")
@host_required
def create() -> Response:
    """Answers the page itself: the secret is in no address, in no session, and shown this once."""
    form = NewWebhookForm()
    make = partial(webhooks.create_webhook, host_id=current_host().id, actor=current_actor())
    made = outcome(form, lambda: make(form.new_webhook()))
    return _page(NewWebhookForm(formdata=None), made=made) if made else _page(form, status=422)


def _page(form: NewWebhookForm, *, made: MadeWebhook | None = None, status: int = 200) -> Response:
    found = webhooks.host_webhooks(current_host().id)
    shown: dict[str, Any] = {"form": form, "webhooks": found, "made": made, "name": name, "state": state}
    return make_response(render_template("webhooks/index.html", **shown), status)
