"""Changing a webhook: where it is, what it is told, on or off."""

import uuid
from functools import partial
from typing import Any

from flask import flash, render_template, url_for
from flask_babel import gettext

from webapp.services.webhooks import endpoints as webhooks
from webapp.web.shared import htmx
from webapp.web.shared.forms import outcome
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.webhooks.blueprint import blueprint
from webapp.web.webhooks.forms import WebhookForm
from webapp.web.webhooks.words import name


@blueprint.get("/<uuid:webhook_id>/edit")
@host_required
def edit(webhook_id: uuid.UUID) -> str:
    found = webhooks.host_webhook(webhook_id, host_id=current_host().id)
    return render_template("webhooks/edit.html", form=WebhookForm(obj=found), webhook=found, name=name(found))


@blueprint.post("/<uuid:webhook_id>/edit")
@host_required
def change(webhook_id: uuid.UUID) -> Any:
    found = webhooks.host_webhook(webhook_id, host_id=current_host().id)
    form = WebhookForm()
    save = partial(webhooks.change_webhook, webhook_id, host_id=current_host().id, actor=current_actor())
    if not outcome(form, lambda: save(form.change())):
        return render_template("webhooks/edit.html", form=form, webhook=found, name=name(found)), 422
    flash(gettext("Saved."), "success")
    return htmx.see_other(url_for("webhooks.show", webhook_id=webhook_id))


@blueprint.post("/<uuid:webhook_id>/switch-on")
@host_required
def switch_on(webhook_id: uuid.UUID) -> Any:
    change = webhooks.WebhookChange(is_active=True)
    webhooks.change_webhook(webhook_id, change, host_id=current_host().id, actor=current_actor())
    flash(gettext("Switched on. What happens from now on is sent."), "success")
    return htmx.see_other(url_for("webhooks.show", webhook_id=webhook_id))
