"""What cannot be taken back: pages that ask, and the deeds."""

import uuid
from typing import Any

from flask import flash, render_template, url_for
from flask_babel import gettext

from webapp.services.webhooks import endpoints as webhooks
from webapp.web.shared import htmx
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.webhooks.blueprint import blueprint
from webapp.web.webhooks.words import name


@blueprint.get("/<uuid:webhook_id>/delete")
@host_required
def confirm_delete(webhook_id: uuid.UUID) -> str:
    found = webhooks.host_webhook(webhook_id, host_id=current_host().id)
    return render_template("webhooks/delete.html", webhook=found, name=name(found))


@blueprint.post("/<uuid:webhook_id>/delete")
@host_required
def delete(webhook_id: uuid.UUID) -> Any:
    webhooks.delete_webhook(webhook_id, host_id=current_host().id, actor=current_actor())
    flash(gettext("Deleted: it is told nothing any more."), "success")
    return htmx.see_other(url_for("webhooks.index"))


@blueprint.get("/<uuid:webhook_id>/secret")
@host_required
def confirm_secret(webhook_id: uuid.UUID) -> str:
    found = webhooks.host_webhook(webhook_id, host_id=current_host().id)
    return render_template("webhooks/secret.html", webhook=found, name=name(found), secret=None)


@blueprint.post("/<uuid:webhook_id>/secret")
@host_required
def renew_secret(webhook_id: uuid.UUID) -> str:
    """Answers the page itself: the secret is in no address, in no session, and shown this once."""
    found = webhooks.host_webhook(webhook_id, host_id=current_host().id)
    secret = webhooks.renew_secret(webhook_id, host_id=current_host().id, actor=current_actor())
    return render_template("webhooks/secret.html", webhook=found, name=name(found), secret=secret)
