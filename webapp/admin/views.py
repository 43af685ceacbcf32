"""The other tables. Their columns are listed one by one, without passwords, tokens or secrets."""

import uuid
from typing import Any

from flask_admin import expose
from flask_admin.actions import action
from flask_babel import lazy_gettext as _l

from webapp.admin import deliveries, integrations
from webapp.admin.base import GuardedIndex, TableAdmin, actor, each
from webapp.models import AuditEntry, EventType, Guest, Host, OutboxEvent, Slot
from webapp.services.accounts import admin
from webapp.services.guests.not_me import ACTIONS as NOT_ME_ACTIONS
from webapp.services.operations.statistics import figures
from webapp.services.privacy.erase import erase_guest
from webapp.services.slots import slots


class StartPage(GuardedIndex):
    @expose()
    def index(self) -> Any:
        return self.render("admin/start.html", figures=figures())


class HostAdmin(TableAdmin):
    column_list = ("id", "email", "name", "slug", "time_zone", "active", "roles", "confirmed_at", "created_at")
    more_details = ("about", "locale")
    column_searchable_list = ("email", "name", "slug")
    column_filters = ("active", "time_zone", "created_at", "confirmed_at", "roles.name")
    column_formatters = {"roles": lambda _view, _context, host, _name: ", ".join(role.name for role in host.roles)}
    column_formatters_export = column_formatters

    @action("deactivate", _l("Deactivate"), _l("Deactivate these accounts? They are logged out and not bookable."))
    def deactivate(self, ids: list[str]) -> None:
        each(ids, lambda row_id: admin.set_active([row_id], is_active=False, actor=actor()))

    @action("activate", _l("Activate"))
    def activate(self, ids: list[str]) -> None:
        each(ids, lambda row_id: admin.set_active([row_id], is_active=True, actor=actor()))

    @action("give_admin", _l("Make admin"), _l("Give these accounts the right to manage all data?"))
    def give_admin(self, ids: list[str]) -> None:
        each(ids, lambda row_id: admin.set_admin([row_id], is_admin=True, actor=actor()))

    @action("take_admin", _l("Take admin role"))
    def take_admin(self, ids: list[str]) -> None:
        each(ids, lambda row_id: admin.set_admin([row_id], is_admin=False, actor=actor()))


class EventTypeAdmin(TableAdmin):
    column_list = ("id", "host.slug", "slug", "title", "duration_minutes", "capacity", "is_active")
    more_details = ("description", "buffer_before_minutes", "buffer_after_minutes", "notice_minutes", "position")
    column_searchable_list = ("slug", "title", "host.slug")
    column_filters = ("host.slug", "duration_minutes", "capacity", "is_active")
    column_labels = {"host.slug": _l("Host")}


class SlotAdmin(TableAdmin):
    column_list = (
        "id",
        "host.slug",
        "event_type.slug",
        "starts_at",
        "ends_at",
        "status",
        "seats_taken",
        "capacity",
        "origin",
        "withdrawn_at",
    )
    more_details = ("public_id", "busy", "created_at")
    column_searchable_list = ("host.slug",)
    column_filters = ("host.slug", "status", "origin", "starts_at", "withdrawn_at")
    column_labels = {"host.slug": _l("Host"), "event_type.slug": _l("Event type")}

    @action("withdraw", _l("Delete"), _l("Delete these slots? Booked ones stay."))
    def withdraw(self, ids: list[str]) -> None:
        def command(row_id: int) -> None:
            slot: Slot = self.row(row_id)
            slots.withdraw(uuid.UUID(str(slot.public_id)), host_id=slot.host_id, actor=actor())

        each(ids, command)


class GuestAdmin(TableAdmin):
    column_list = ("id", "host.slug", "email", "created_at")
    column_searchable_list = ("email", "host.slug")
    column_filters = ("host.slug", "created_at")
    column_labels = {"host.slug": _l("Host")}

    @action("erase", _l("Erase"), _l("Erase all data about these guests? Their meetings to come are cancelled."))
    def erase(self, ids: list[str]) -> None:
        each(ids, lambda row_id: erase_guest(row_id, actor=actor()))


class OutboxAdmin(TableAdmin):
    column_list = ("id", "kind", "host.slug", "booking_id", "booking_version", "occurred_at", "dispatched_at")
    column_searchable_list = ("kind", "host.slug")
    column_filters = ("kind", "host.slug", "booking_id", "occurred_at", "dispatched_at")
    column_labels = {"host.slug": _l("Host")}


class AuditAdmin(TableAdmin):
    column_list: tuple[str, ...] = (
        "id",
        "occurred_at",
        "actor_kind",
        "actor_id",
        "client_address",
        "action",
        "object_kind",
        "object_id",
        "details",
    )
    column_searchable_list = ("action", "object_kind")
    column_filters = ("occurred_at", "actor_kind", "actor_id", "client_address", "action", "object_kind", "object_id")


class NotMeAdmin(AuditAdmin):
    """What owners of addresses have said about bookings that others made with them."""

    column_list = ("id", "occurred_at", "action", "object_id")
    column_labels = {"object_id": _l("Booking")}

    def get_query(self) -> Any:
        return super().get_query().where(AuditEntry.action.in_(NOT_ME_ACTIONS))

    def get_count_query(self) -> Any:
        return super().get_count_query().where(AuditEntry.action.in_(NOT_ME_ACTIONS))

    def get_one(self, id: str) -> Any:  # noqa: A002  Flask-Admin's name
        entry = super().get_one(id)
        return entry if entry is not None and entry.action in NOT_ME_ACTIONS else None


def table_views() -> list[TableAdmin]:
    """One view for each table except bookings, in the order of the menu."""
    return [
        HostAdmin(Host, _l("Hosts"), endpoint="admin_hosts", url="hosts"),
        EventTypeAdmin(EventType, _l("Event types"), endpoint="admin_event_types", url="event-types"),
        SlotAdmin(Slot, _l("Slots"), endpoint="admin_slots", url="slots"),
        GuestAdmin(Guest, _l("Guests"), endpoint="admin_guests", url="guests"),
        *integrations.views(),
        OutboxAdmin(OutboxEvent, _l("Outbox"), endpoint="admin_outbox", url="outbox"),
        *deliveries.views(),
        NotMeAdmin(AuditEntry, _l("Not booked by them"), endpoint="admin_not_me", url="not-me"),
        AuditAdmin(AuditEntry, _l("Audit"), endpoint="admin_audit", url="audit"),
    ]
