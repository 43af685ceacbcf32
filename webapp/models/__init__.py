"""Tables, constraints and relationships. No queries, no mail, no requests."""

from webapp.models.audit import AuditEntry
from webapp.models.base import Base
from webapp.models.booking import Booking, Guest
from webapp.models.event_type import EventType
from webapp.models.host import Host, Role, host_role
from webapp.models.idempotency import IdempotencyKey
from webapp.models.outbox import Delivery, DeliveryStatus, OutboxEvent
from webapp.models.slot import Claim, Slot, SlotOrigin, SlotStatus

__all__ = [
    "AuditEntry", "Base", "Booking", "Claim", "Delivery", "DeliveryStatus", "EventType", "Guest", "Host",
    "IdempotencyKey", "OutboxEvent", "Role", "Slot", "SlotOrigin", "SlotStatus", "host_role",
]  # fmt: skip
