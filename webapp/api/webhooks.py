"""A host's webhooks and the messages sent to them."""

import uuid
from typing import Any

from flask import url_for

from webapp.api.http.answers import Made, Page
from webapp.api.http.callers import Access, actor, admit_message, host
from webapp.api.http.operation import Blueprint
from webapp.api.http.paging import Key, cut, microseconds, older, older_than
from webapp.api.schemas import webhooks as schemas
from webapp.api.schemas.base import PageQuery
from webapp.api.spec import examples
from webapp.domain.errors import WebhookOff
from webapp.services.webhooks import endpoints, history
from webapp.services.webhooks.content import NewWebhook, WebhookChange
from webapp.services.webhooks.endpoints import WebhookView
from webapp.services.webhooks.history import WebhookDelivery

blueprint = Blueprint("Webhooks", __name__, description="Your server is told when something happens.")


@blueprint.operation(
    "GET", "/webhooks", Access.READ, query=PageQuery, answer=schemas.WebhookPage, example=examples.WEBHOOK_PAGE
)
def list_webhooks(query: dict[str, Any]) -> Page:
    """Your webhooks, newest first"""
    webhooks = endpoints.host_webhooks(host().host_id)
    return cut(webhooks, limit=query["limit"], cursor=query["cursor"], key=_place, newest_first=True)


def _place(webhook: WebhookView) -> Key:
    return microseconds(webhook.created_at), str(webhook.public_id)


@blueprint.operation(
    "POST",
    "/webhooks",
    Access.WRITE,
    body=schemas.NewWebhook,
    body_example=examples.NEW_WEBHOOK,
    answer=schemas.MadeWebhook,
    status=201,
    example=examples.MADE_WEBHOOK,
    refuses=(404,),  # the idempotency key belongs to a webhook deleted meanwhile
)
def create_webhook(body: dict[str, Any]) -> Made:
    """Make a webhook; its secret is in this answer alone"""
    created = endpoints.create_webhook(NewWebhook(**body), host_id=host().host_id, actor=actor())
    return Made(created, url_for("api_webhooks.get_webhook", webhook_id=created.webhook.public_id))


@blueprint.operation(
    "GET", "/webhooks/<uuid:webhook_id>", Access.READ, answer=schemas.Webhook, example=examples.WEBHOOK
)
def get_webhook(webhook_id: uuid.UUID) -> WebhookView:
    """A webhook"""
    return endpoints.host_webhook(webhook_id, host_id=host().host_id)


@blueprint.operation(
    "PATCH",
    "/webhooks/<uuid:webhook_id>",
    Access.WRITE,
    body=schemas.WebhookChange,
    body_example=examples.WEBHOOK_CHANGE,
    answer=schemas.Webhook,
    example=examples.WEBHOOK,
    matches=get_webhook,
)
def update_webhook(body: dict[str, Any], webhook_id: uuid.UUID) -> WebhookView:
    """Change a webhook, or switch it on or off; what is left out stays"""
    change = WebhookChange(**body)
    return endpoints.change_webhook(webhook_id, change, host_id=host().host_id, actor=actor())


@blueprint.operation("DELETE", "/webhooks/<uuid:webhook_id>", Access.WRITE, status=204, matches=get_webhook)
def delete_webhook(webhook_id: uuid.UUID) -> None:
    """Delete a webhook; what was not sent yet is not sent any more"""
    endpoints.delete_webhook(webhook_id, host_id=host().host_id, actor=actor())


@blueprint.operation(
    "POST",
    "/webhooks/<uuid:webhook_id>/test",
    Access.WRITE,
    answer=schemas.WebhookDelivery,
    status=202,
    example=examples.WEBHOOK_TEST,
    conflicts=(WebhookOff,),
)
def send_test(webhook_id: uuid.UUID) -> WebhookDelivery:
    """Send a test message, `webhook.test`"""
    admit_message()
    sent = endpoints.send_test(webhook_id, host_id=host().host_id, actor=actor())
    return history.webhook_delivery(webhook_id, sent, host_id=host().host_id)


@blueprint.operation(
    "GET",
    "/webhooks/<uuid:webhook_id>/deliveries",
    Access.READ,
    query=PageQuery,
    answer=schemas.WebhookDeliveryPage,
    example=examples.WEBHOOK_DELIVERY_PAGE,
)
def list_webhook_deliveries(query: dict[str, Any], webhook_id: uuid.UUID) -> Page:
    """What was sent or is to be sent, newest first, with each attempt of the last 30 days"""
    limit, before = query["limit"], older_than(query["cursor"])
    deliveries = history.webhook_deliveries(webhook_id, host_id=host().host_id, limit=limit + 1, before=before)
    return older(deliveries, limit=limit, key=lambda one: one.id)


@blueprint.operation(
    "POST",
    "/webhooks/<uuid:webhook_id>/deliveries/<delivery_id>/redeliver",
    Access.WRITE,
    answer=schemas.WebhookDelivery,
    status=202,
    example=examples.WEBHOOK_DELIVERY,
    conflicts=(WebhookOff,),
)
def redeliver(webhook_id: uuid.UUID, delivery_id: str) -> WebhookDelivery:
    """Send a message again, with the same `webhook-id`"""
    admit_message()
    history.redeliver(webhook_id, delivery_id, host_id=host().host_id, actor=actor())
    return history.webhook_delivery(webhook_id, delivery_id, host_id=host().host_id)
