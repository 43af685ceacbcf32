"""Tables, constraints and relationships. No queries, no mail, no requests."""

from webapp.models.base import Base
from webapp.models.booking import Booking, Guest
from webapp.models.event_type import EventType, FormerEventTypeSlug, SingleUseLink
from webapp.models.host import FormerHostSlug, Host, Role, host_role
from webapp.models.host_access import ApiToken, Feed, LoginSession
from webapp.models.host_import import HostImport, ImportStatus
from webapp.models.outbox import Channel, CountedMail, Delivery, DeliveryStatus, OutboxEvent
from webapp.models.records import AuditEntry, BlockedAddress, ConfirmedAddress, IdempotencyKey, SpentChallenge
from webapp.models.schedule import BlockedTime, DateOverride, OverrideWindow, Schedule, WeeklyHours
from webapp.models.slot import Claim, Slot, SlotOrigin, SlotStatus
from webapp.models.webhook import WebhookAttempt, WebhookEndpoint

__all__ = [
    "ApiToken", "AuditEntry", "Base", "BlockedAddress", "BlockedTime", "Booking", "Channel", "Claim",
    "ConfirmedAddress", "CountedMail", "DateOverride", "Delivery", "DeliveryStatus", "EventType", "Feed",
    "FormerEventTypeSlug", "FormerHostSlug", "Guest", "Host", "HostImport", "IdempotencyKey", "ImportStatus",
    "LoginSession", "OutboxEvent", "OverrideWindow", "Role", "Schedule", "SingleUseLink", "Slot", "SlotOrigin",
    "SlotStatus", "SpentChallenge", "WebhookAttempt", "WebhookEndpoint", "WeeklyHours", "host_role",
]  # fmt: skip
