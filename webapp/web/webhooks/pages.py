"""Webhooks: list, create, change and delete them; and the page of one webhook with its messages."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext

from webapp.core.rate_limits import attempt_message
from webapp.domain.errors import WebhookOff
from webapp.services.webhooks import endpoints, history
from webapp.services.webhooks.content import WebhookChange
from webapp.services.webhooks.endpoints import MadeWebhook
from webapp.web.shared import htmx
from webapp.web.shared.forms import outcome
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.web.webhooks.blueprint import blueprint
from webapp.web.webhooks.forms import NewWebhookForm, WebhookForm
from webapp.web.webhooks.words import is_on_its_way, lines, name, state, trouble


@blueprint.get("")
@host_required
def index() -> Response:
    return _page(NewWebhookForm())


@blueprint.post("")
@host_required
def create() -> Response:
    """Answers with the page instead of a redirect: the secret is shown only once, and is in no URL and no session."""
    form = NewWebhookForm()
    make = partial(endpoints.create_webhook, host_id=current_host().id, actor=current_actor())
    created = outcome(form, lambda: make(form.new_webhook()))
    return _page(NewWebhookForm(formdata=None), created=created) if created else _page(form, status=422)


def _page(form: NewWebhookForm, *, created: MadeWebhook | None = None, status: int = 200) -> Response:
    webhooks = endpoints.host_webhooks(current_host().id)
    page_values: dict[str, Any] = {"form": form, "webhooks": webhooks, "created": created, "name": name, "state": state}
    return make_response(render_template("webhooks/index.html", **page_values), status)


@blueprint.get("/<uuid:webhook_id>/edit")
@host_required
def edit(webhook_id: uuid.UUID) -> str:
    webhook = endpoints.host_webhook(webhook_id, host_id=current_host().id)
    return render_template("webhooks/edit.html", form=WebhookForm(obj=webhook), webhook=webhook, name=name(webhook))


@blueprint.post("/<uuid:webhook_id>/edit")
@host_required
def change(webhook_id: uuid.UUID) -> Any:
    webhook = endpoints.host_webhook(webhook_id, host_id=current_host().id)
    form = WebhookForm()
    save = partial(endpoints.change_webhook, webhook_id, host_id=current_host().id, actor=current_actor())
    if not outcome(form, lambda: save(form.change())):
        return render_template("webhooks/edit.html", form=form, webhook=webhook, name=name(webhook)), 422
    flash(gettext("Saved."), "success")
    return htmx.see_other(url_for("webhooks.show", webhook_id=webhook_id))


@blueprint.post("/<uuid:webhook_id>/switch-on")
@host_required
def switch_on(webhook_id: uuid.UUID) -> Any:
    change = WebhookChange(is_active=True)
    endpoints.change_webhook(webhook_id, change, host_id=current_host().id, actor=current_actor())
    flash(gettext("Switched on. What happens from now on is sent."), "success")
    return htmx.see_other(url_for("webhooks.show", webhook_id=webhook_id))


@blueprint.get("/<uuid:webhook_id>/delete")
@host_required
def confirm_delete(webhook_id: uuid.UUID) -> str:
    webhook = endpoints.host_webhook(webhook_id, host_id=current_host().id)
    return render_template("webhooks/delete.html", webhook=webhook, name=name(webhook))


@blueprint.post("/<uuid:webhook_id>/delete")
@host_required
def delete(webhook_id: uuid.UUID) -> Any:
    endpoints.delete_webhook(webhook_id, host_id=current_host().id, actor=current_actor())
    flash(gettext("Deleted: it is told nothing any more."), "success")
    return htmx.see_other(url_for("webhooks.index"))


@blueprint.get("/<uuid:webhook_id>/secret")
@host_required
def confirm_secret(webhook_id: uuid.UUID) -> str:
    webhook = endpoints.host_webhook(webhook_id, host_id=current_host().id)
    return render_template("webhooks/secret.html", webhook=webhook, name=name(webhook), secret=None)


@blueprint.post("/<uuid:webhook_id>/secret")
@host_required
def renew_secret(webhook_id: uuid.UUID) -> str:
    """Answers with the page instead of a redirect: the secret is shown only once, and is in no URL and no session."""
    webhook = endpoints.host_webhook(webhook_id, host_id=current_host().id)
    secret = endpoints.renew_secret(webhook_id, host_id=current_host().id, actor=current_actor())
    return render_template("webhooks/secret.html", webhook=webhook, name=name(webhook), secret=secret)


PER_PAGE = 20


@blueprint.get("/<uuid:webhook_id>")
@host_required
def show(webhook_id: uuid.UUID) -> Response:
    host = current_host()
    webhook = endpoints.host_webhook(webhook_id, host_id=host.id)
    page_values: dict[str, Any] = {
        "webhook": webhook,
        "name": name(webhook),
        "state": state(webhook),
        "trouble": trouble(webhook, host.time_zone),
        "zone": host.time_zone,
    }
    return page_or_fragment("webhooks/show.html", "messages", **page_values, **_messages(webhook_id))


@blueprint.post("/<uuid:webhook_id>/test")
@host_required
def send_test(webhook_id: uuid.UUID) -> Any:
    send = partial(endpoints.send_test, webhook_id)
    return _sent(send, webhook_id, gettext("A test message is on its way."))


@blueprint.post("/<uuid:webhook_id>/deliveries/<message_id>/send-again")
@host_required
def send_again(webhook_id: uuid.UUID, message_id: str) -> Any:
    send = partial(history.redeliver, webhook_id, message_id)
    return _sent(send, webhook_id, gettext("The message is on its way again."))


def _messages(webhook_id: uuid.UUID) -> dict[str, Any]:
    """One page of messages, newest first. Only the first page refreshes itself."""
    host, before = current_host(), request.args.get("before")
    deliveries = history.webhook_deliveries(webhook_id, host_id=host.id, limit=PER_PAGE + 1, before=before)
    page, has_more = deliveries[:PER_PAGE], len(deliveries) > PER_PAGE
    return {
        "deliveries": lines(page, host.time_zone),
        "is_moving": not before and any(is_on_its_way(one) for one in page),
        "older_url": url_for("webhooks.show", webhook_id=webhook_id, before=page[-1].id) if has_more else None,
        "newest_url": url_for("webhooks.show", webhook_id=webhook_id) if before else None,
    }


def _sent(send: Callable[..., object], webhook_id: uuid.UUID, done: str) -> Any:
    """Send, and redirect to the webhook's page with a message: `done`, or that the webhook has been switched off."""
    attempt_message(current_host().id)
    try:
        send(host_id=current_host().id, actor=current_actor())
        flash(done, "success")
    except WebhookOff:
        flash(gettext("Nothing was sent: it is switched off."), "warning")
    return htmx.see_other(url_for("webhooks.show", webhook_id=webhook_id))
