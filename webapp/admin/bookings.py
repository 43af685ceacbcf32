"""Bookings in the admin: listed here, changed through services only."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.model.template import EndpointLinkRowAction
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from webapp.admin.base import TableAdmin, actor, each
from webapp.core.db import session
from webapp.domain.availability.instants import DAY_SECONDS, to_datetime
from webapp.domain.errors import DomainError, NotFound, SlotUnavailable
from webapp.models import Booking
from webapp.services.availability.offering import find_offering
from webapp.services.availability.offers import list_offers
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView, booking_by_id
from webapp.services.mail.reports import delivery_states, replay

MOVE_DAYS = 60
MOST_CHOICES = 500


class BookingAdmin(TableAdmin):
    column_list = (
        "id",
        "status",
        "host.slug",
        "guest_name",
        "guest.email",
        "subject",
        "slot.starts_at",
        "created_at",
    )
    more_details = (
        "uid",
        "slot.ends_at",
        "version",
        "notes",
        "time_zone",
        "locale",
        "seat",
        "cancelled_at",
        "cancelled_by",
        "cancel_reason",
    )
    column_searchable_list = ("guest_name", "subject", "guest.email", "host.slug")
    column_filters = ("status", "host.slug", "guest.email", "created_at", "slot.starts_at", "cancelled_by")
    column_sortable_list = ("id", "status", "guest_name", "subject", "created_at", ("slot.starts_at", "slot.starts_at"))
    column_extra_row_actions = [
        EndpointLinkRowAction("fa fa-calendar glyphicon glyphicon-calendar", ".move", _l("Move")),
    ]
    column_labels = {
        "host.slug": _l("Host"),
        "guest.email": _l("Guest's address"),
        "slot.starts_at": _l("Start"),
        "slot.ends_at": _l("End"),
    }

    @action("cancel", _l("Cancel"), _l("Cancel these bookings? Host and guest are told by mail."))
    def cancel(self, ids: list[str]) -> None:
        each(ids, lambda row_id: bookings.cancel(_booking(row_id).uid, actor=actor()))

    @action("resend", _l("Send mails again"), _l("Send the mails of these bookings again?"))
    def resend(self, ids: list[str]) -> None:
        def command(row_id: int) -> None:
            replay([state.id for state in delivery_states(session(), row_id)], actor=actor())

        each(ids, command)

    @expose("/move", methods=("GET", "POST"))
    def move(self) -> Any:
        booking = _booking(request.args.get("id", 0, type=int))
        choices = _choices(booking)
        if request.method == "POST" and self._moved(booking, dict(choices)):
            return redirect(self.get_url(".index_view"))
        page = self.render("admin/move.html", booking=booking, form=self.action_form(), choices=choices)
        return page, 422 if request.method == "POST" else 200

    def _moved(self, booking: BookingView, starts: dict[str, datetime]) -> bool:
        """Whether the booking was moved; flashes the reason if it was not."""
        try:
            start = starts.get(request.form.get("start", ""))
            if start is None:
                raise SlotUnavailable
            bookings.reschedule(booking.uid, start, actor=actor())
        except DomainError as error:
            flash(gettext("Not moved: %(code)s", code=error.code), "error")
            return False
        flash(gettext("Moved. Host and guest are told by mail."), "success")
        return True


def _booking(row_id: int) -> BookingView:
    found = booking_by_id(session(), row_id)
    if found is None:
        raise NotFound
    return found


def _choices(booking: BookingView) -> list[tuple[str, datetime]]:
    """Starts that the booking's event type offers from now on, as (Unix seconds, UTC)."""
    offering = find_offering(booking.host_slug, booking.event_type_slug, has_link=True)
    found = list_offers(offering, offering.now, offering.now + MOVE_DAYS * DAY_SECONDS)
    return [(str(offer.start), to_datetime(offer.start)) for offer in found[:MOST_CHOICES]]


def register() -> BookingAdmin:
    return BookingAdmin(Booking, _l("Bookings"), endpoint="admin_bookings", url="bookings")
