"""Figures about the instance, for its admins."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from webapp.core.db import session
from webapp.models import Booking, Host, Slot
from webapp.services.mail.reports import MailFigures, mail_figures
from webapp.services.mail.server_refusals import MailTrouble, mail_trouble


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts as of now; a day is the UTC day."""

    bookings_made_today: int
    cancellations_today: int
    meetings_today: int
    hosts: int
    mail: MailFigures
    mail_trouble: MailTrouble | None


def figures() -> Figures:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)

    def count(model: type[Any], *conditions: Any) -> Any:
        return select(func.count()).select_from(model).where(*conditions).scalar_subquery()

    made, cancelled, meetings, hosts = (
        session()
        .execute(
            select(
                count(Booking, Booking.created_at >= today),
                count(Booking, Booking.cancelled_at >= today),
                count(Slot, Slot.seats_taken > 0, Slot.starts_at >= today, Slot.starts_at < tomorrow),
                count(Host, Host.active),
            )
        )
        .one()
    )
    return Figures(made, cancelled, meetings, hosts, mail_figures(session()), mail_trouble(session()))
