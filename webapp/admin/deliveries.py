"""Deliveries: mails, and webhook messages with their attempts."""

from typing import Any

from flask_admin.actions import action
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from webapp.admin.base import TableAdmin, actor, each
from webapp.models import Channel, Delivery, WebhookAttempt
from webapp.services.mail.reports import is_planned, replay
from webapp.words.mails import mail_name


class ChannelAdmin(TableAdmin):
    """The deliveries of one channel."""

    channel: Channel

    def get_query(self) -> Any:
        return super().get_query().where(Delivery.channel == self.channel)

    def get_count_query(self) -> Any:
        return super().get_count_query().where(Delivery.channel == self.channel)

    def get_one(self, id: str) -> Any:  # noqa: A002  Flask-Admin's name
        delivery = super().get_one(id)
        return delivery if delivery is not None and delivery.channel == self.channel else None


class MailAdmin(ChannelAdmin):
    channel = Channel.MAIL
    column_list = (
        "id",
        "status",
        "kind",
        "recipient",
        "host.slug",
        "booking_id",
        "booking_version",
        "attempts",
        "due_at",
        "sent_at",
        "last_error",
    )
    more_details = ("channel", "message_id", "event_id", "created_at", "refused_at")
    column_searchable_list = ("kind", "host.slug", "last_error", "message_id")
    column_filters = ("status", "kind", "recipient", "host.slug", "booking_id", "due_at", "sent_at", "attempts")
    column_labels = {"host.slug": _l("Host")}
    column_formatters = {
        "kind": lambda _view, _context, delivery, _name: mail_name(delivery.kind),
        "status": lambda _view, _context, delivery, _name: _status(delivery),
    }
    column_formatters_export: dict[str, object] = {}  # unformatted, for programs

    @action("replay", _l("Send again"), _l("Send these again?"))
    def send_again(self, ids: list[str]) -> None:
        each(ids, lambda row_id: replay([row_id], actor=actor()))


class MessageAdmin(ChannelAdmin):
    channel = Channel.WEBHOOK
    column_list = (
        "id",
        "status",
        "kind",
        "webhook_endpoint_id",
        "host.slug",
        "attempts",
        "due_at",
        "sent_at",
        "last_error",
    )
    more_details = ("message_id", "event_id", "booking_id", "booking_version", "created_at")
    column_searchable_list = ("kind", "host.slug", "last_error", "message_id")
    column_filters = ("status", "kind", "webhook_endpoint_id", "host.slug", "booking_id", "due_at", "attempts")
    column_labels = {"host.slug": _l("Host"), "webhook_endpoint_id": _l("Webhook")}


class AttemptAdmin(TableAdmin):
    column_list = ("id", "attempted_at", "delivery.message_id", "delivery.webhook_endpoint_id", "status", "duration_ms")
    column_searchable_list = ("delivery.message_id",)
    column_filters = ("delivery.message_id", "delivery.webhook_endpoint_id", "attempted_at", "status", "duration_ms")
    column_labels = {"delivery.message_id": _l("Message"), "delivery.webhook_endpoint_id": _l("Webhook")}


def _status(delivery: Delivery) -> str:
    """A reminder that is not due yet is shown as planned, not as waiting."""
    planned = is_planned(delivery.kind, delivery.status, delivery.attempts)
    return gettext("planned") if planned else delivery.status


def views() -> list[TableAdmin]:
    """The views in menu order."""
    return [
        MailAdmin(Delivery, _l("Mails"), endpoint="admin_deliveries", url="deliveries"),
        MessageAdmin(Delivery, _l("Messages"), endpoint="admin_messages", url="messages"),
        AttemptAdmin(WebhookAttempt, _l("Tries"), endpoint="admin_attempts", url="attempts"),
    ]
