"""A host with data of every kind, and changes to its exported document."""

import json
from datetime import timedelta
from typing import Any

from tests.builders import Build, tomorrow
from webapp.core.db import session
from webapp.domain.actor import SYSTEM, host_actor
from webapp.domain.availability.windows import DayWindow, Window
from webapp.domain.questions import Question, QuestionKind
from webapp.services.bookings import bookings, decisions
from webapp.services.event_types import event_types
from webapp.services.event_types.content import COLORS, EventTypeContent, LocationKind
from webapp.services.portability.export import host_document
from webapp.services.portability.restore import Imported, import_host
from webapp.services.schedules import blocked_times, schedules
from webapp.services.schedules.content import ScheduleContent
from webapp.services.slots import slots

QUESTIONS = (Question("topic", "What about?"), Question("news", "May I write?", QuestionKind.CHECKBOX))
SEEN = {"topic": "Engines\u0301", "news": True}


def exported(host_id: int) -> str:
    return "".join(host_document(host_id))


def imported(text: str, host_id: int) -> Imported:
    return import_host(text.encode(), host_id=host_id, reserved={"admin"}, actor=SYSTEM)


def changed(text: str, *path: str | int, to: Any) -> str:
    """The document with one value changed."""
    document = json.loads(text)
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = to
    return json.dumps(document)


def build_busy_host(build: Build, **given: Any) -> int:
    """Group, pending, declined, cancelled, moved, completed; slots taken back; schedules; an archived event type."""
    host = build.host(name="Ada Host", slug="ada", **given)
    actor = host_actor(host)
    profile = "about = 'Engines', locale = 'pt', has_public_busy_times = true"
    build.row(f"UPDATE host SET {profile} WHERE id = :host RETURNING id", host=host)
    _give_hours(host)
    _give_event_types(build, host)
    new = blocked_times.NewBlockedTime(start=tomorrow(8, days=20), end=tomorrow(9, days=21), note="=away")
    blocked_times.block(new, host_id=host, actor=actor)
    group = build.slot(host, tomorrow(8, days=5), 60)
    typed = {"notes": "First time\nhere", "location": "At the gate", "locale": "de"}
    [build.booking(group, email=f"g{number}@example.net", name=f"Gast {number}", **typed) for number in range(3)]
    free, off, gone, old, again = build.slots(host, [tomorrow(hour, days=6) for hour in range(8, 13)])
    cancelled = build.booking(off, answers=SEEN)
    bookings.cancel(cancelled.uid, actor=actor, reason="A cold\nand a cough")
    slots.withdraw(gone.public_id, host_id=host, actor=actor)
    for _ in range(2):  # the same start, taken back twice
        slots.withdraw(build.slot(host, tomorrow(13, days=6)).public_id, host_id=host, actor=actor)
    moved = build.booking(old, email="MOVED@example.net", answers=SEEN)
    bookings.reschedule(moved.uid, again.start, actor=actor)
    build.event_type(host, "15min", requires_mail_confirmation=True)
    build.event_type(host, requires_confirmation=True)
    build.booking(free)
    declined = build.booking(build.slot(host, tomorrow(14, days=6)))
    decisions.decline(declined.uid, actor=actor, reason="No")
    build.event_type(host, requires_confirmation=False)
    past = build.booking(build.slot(host, tomorrow(15, days=6)))
    build.row("UPDATE booking SET status = 'completed' WHERE uid = :uid RETURNING id", uid=past.uid)
    session().rollback()
    return host


def _give_hours(host: int) -> None:
    content = ScheduleContent(
        name="Working hours",
        time_zone="Europe/Berlin",
        week_start=6,
        weekly_hours=(Window(0, 540, 1020), Window(4, 1320, 120)),
        overrides={tomorrow(days=30).date(): (), tomorrow(days=31).date(): (DayWindow(600, 1440),)},
        holiday_country="DE",
        holiday_subdivision="BE",
        holidays_off=frozenset({"New Year's Day"}),
    )
    schedules.replace_schedule(content, host_id=host, actor=host_actor(host))
    evenings = ScheduleContent(name="Abends", time_zone="Asia/Tokyo", weekly_hours=(Window(2, 1080, 1440),))
    schedules.create_schedule(evenings, host_id=host, actor=host_actor(host))


def _give_event_types(build: Build, host: int) -> None:
    actor = host_actor(host)
    build.event_type(host, "60min", capacity=4, buffer_before_minutes=10, buffer_after_minutes=5, location_kind="ask")
    build.event_type(host, "15min", window_from=tomorrow().date(), window_to=tomorrow(days=90).date())
    content = event_types.host_event_type(host, "30min").content
    own = schedules.host_schedules(host)[1].id
    asked = EventTypeContent(
        slug="30min",
        title=content.title,
        duration_minutes=30,
        questions=QUESTIONS,
        schedule_id=own,
        location_kind=LocationKind.PLACE,
        location_detail="Room 1",
        reminder_minutes=(60,),
    )
    event_types.update_event_type("30min", asked, host_id=host, actor=actor)
    old = EventTypeContent(slug="old", title="Old one", duration_minutes=45, max_per_day=3)
    event_types.create_event_type(old, host_id=host, actor=actor)
    slot = build.slot(host, tomorrow(7, days=40), 45)
    build.booking(slot)
    event_types.delete_event_type("old", host_id=host, actor=actor)
    event_types.create_event_type(old, host_id=host, actor=actor)
    event_types.move_event_type("old", places=-2, host_id=host, actor=actor)
    event_types.create_event_type(_particular(), host_id=host, actor=actor)


def _particular() -> EventTypeContent:
    """With a value of its own in each field that the others leave as it is."""
    return EventTypeContent(
        slug="particular",
        title="Particular",
        duration_minutes=20,
        description="Only for few",
        notice_minutes=90,
        increment_minutes=40,
        window_days=10,
        max_per_week=2,
        requires_confirmation=True,
        requires_proof=True,
        is_public=False,
        needs_link=True,
        color=COLORS[1],
        change_notice_minutes=30,
        has_follow_up=True,
    )


def later(moment: str, **delta: float) -> str:
    from datetime import datetime

    return (datetime.fromisoformat(moment) + timedelta(**delta)).isoformat().replace("+00:00", "Z")
