"""Demo data for a first look: an admin and three hosts in three time zones, with hours, a group event type, requests
that wait for the host's approval, questions, an unlisted event type, and a busy week."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core.db import session, transactional, within_transaction
from webapp.core.extensions import signer
from webapp.domain.actor import SYSTEM, host_actor
from webapp.domain.availability.windows import Window
from webapp.domain.questions import Question, QuestionKind
from webapp.domain.urls import base64url
from webapp.models import Host
from webapp.services.accounts.accounts import HOST, create_host
from webapp.services.availability.offering import find_offering
from webapp.services.availability.offers import list_offers
from webapp.services.bookings.bookings import book
from webapp.services.bookings.request import Book
from webapp.services.event_types.content import EventTypeContent, LocationKind
from webapp.services.event_types.event_types import create_event_type, host_event_types, update_event_type
from webapp.services.schedules.schedules import host_schedule, replace_schedule
from webapp.services.slots.plans import NewSlot
from webapp.services.slots.slots import publish

GUESTS = (
    ("Ada Example", "ada@example.net", "First meeting", "Europe/London"),
    ("Grace Example", "grace@example.net", "Review of the draft", "America/New_York"),
    ("Lin Example", "lin@example.net", "Questions about the course", "Asia/Tokyo"),
    ("Noor Example", "noor@example.net", "Next steps", "Asia/Dubai"),
    ("Sam Example", "sam@example.net", "A second opinion", "Australia/Sydney"),
)
OF_A_NEW_HOST = 3  # event types; more than that means that the demo data exist
WORKDAYS = range(5)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A login for the demo, with the password in plain text, for printing."""

    role: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class DemoHost:
    """`hours`: local (start, end) minutes of each working day."""

    email: str
    name: str
    slug: str
    time_zone: str
    hours: tuple[tuple[int, int], ...]
    about: str = ""


BERLIN = DemoHost(
    "host@example.org", "Demo Host", "demo", "Europe/Berlin", ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60))
)
NEW_YORK = DemoHost("york@example.org", "Yara Example", "yara", "America/New_York", ((10 * 60, 18 * 60),))
KOLKATA = DemoHost("kiran@example.org", "Kiran Example", "kiran", "Asia/Kolkata", ((9 * 60 + 30, 18 * 60),))
ADMIN = DemoHost("admin@example.org", "Demo Admin", "demo-admin", "Europe/Berlin", ())
ROLES = {BERLIN.email: HOST, NEW_YORK.email: HOST, KOLKATA.email: HOST, ADMIN.email: "admin"}

CONSULTATION = EventTypeContent(
    slug="consultation",
    title="Consultation",
    description="Tell me where you stand; I confirm each request by hand.",
    duration_minutes=45,
    increment_minutes=30,
    buffer_after_minutes=15,
    notice_minutes=4 * 60,
    window_days=60,
    max_per_day=3,
    requires_confirmation=True,
    location_kind=LocationKind.ASK,
    questions=(
        Question("topic", "What is it about?", QuestionKind.SELECT, True, ("A project", "A thesis", "Something else")),
        Question("links", "Links that I should read before", QuestionKind.TEXTAREA),
    ),
    color="plum",
    change_notice_minutes=24 * 60,
)
WORKSHOP = EventTypeContent(
    slug="workshop",
    title="Open workshop",
    description="Bring your own question. Up to eight people in one room.",
    duration_minutes=90,
    notice_minutes=60,
    capacity=8,
    location_kind=LocationKind.PLACE,
    location_detail="Room 3, Old Mill",
    color="clay",
    has_follow_up=True,
)
FRIENDS = EventTypeContent(
    slug="coffee", title="A coffee", duration_minutes=30, is_public=False, color="ochre", location_kind=LocationKind.ASK
)


def make_demo(hash_password: Callable[[str], str], verify: Callable[[str, str], bool]) -> list[Credentials]:
    """Create the demo data once and return its logins. An instance with hosts of its own is left alone: [].

    The passwords are derived from the secret key: after an interruption, call it again to get the same ones. An account
    whose password was changed is left out.
    """
    if not session().execute(select(Host.id).limit(1)).first():
        _make_accounts(hash_password)
    accounts = {host.email: host for host in session().scalars(select(Host).where(Host.email.in_(ROLES)))}
    for email, fill in FILLS.items():
        if email in accounts and len(host_event_types(accounts[email].id)) == OF_A_NEW_HOST:
            fill(accounts[email].id)
    known = [Credentials(role, email, _password(email)) for email, role in ROLES.items() if email in accounts]
    return [each for each in known if verify(each.password, accounts[each.email].password or "")]


@transactional
def _make_accounts(session: Session, hash_password: Callable[[str], str]) -> None:
    """All accounts with their hours, or none."""
    with within_transaction(session):
        for one in (BERLIN, NEW_YORK, KOLKATA, ADMIN):
            host_id = create_host(
                email=one.email,
                name=one.name,
                slug=one.slug,
                time_zone=one.time_zone,
                password_hash=hash_password(_password(one.email)),
                roles=tuple(dict.fromkeys((HOST, ROLES[one.email]))),
                confirmed=True,
            )
            hours = tuple(Window(day, start, end) for day in WORKDAYS for start, end in one.hours)
            content = replace(host_schedule(host_id).content, weekly_hours=hours)
            replace_schedule(content, host_id=host_id, actor=host_actor(host_id))


def _password(email: str) -> str:
    return base64url(signer.tag("demo", email.encode())[:9])


def _fill_berlin(host_id: int) -> None:
    """A busy week: meetings of all kinds, a workshop with guests, a pending request."""
    for color, event_type in zip(("spruce", "ocean", "moss"), host_event_types(host_id), strict=True):
        content = replace(event_type.content, color=color, notice_minutes=60, window_days=60)
        update_event_type(content.slug, content, host_id=host_id, actor=host_actor(host_id))
    for content in (CONSULTATION, WORKSHOP, FRIENDS):
        _add(host_id, content)
    day = _next_workday(datetime.now(ZoneInfo(BERLIN.time_zone)).date())
    evening = datetime.combine(day, time(18), ZoneInfo(BERLIN.time_zone))
    [workshop] = publish(
        [NewSlot(start=evening, duration_minutes=90, event_type="workshop")], host_id=host_id, actor=host_actor(host_id)
    )
    for number in range(3):
        book(_wish(number, slot_id=workshop.public_id), actor=SYSTEM)
    _book_free_ones(BERLIN, "consultation", every=8, most=2)
    _book_free_ones(BERLIN, "30min", every=5, most=10)
    _book_free_ones(BERLIN, "60min", every=7, most=4)


def _fill_new_york(host_id: int) -> None:
    _add(host_id, replace(WORKSHOP, slug="clinic", title="Portfolio clinic", location_kind=LocationKind.LINK,
                          location_detail="https://meet.example.org/clinic", color="ocean"))  # fmt: skip
    _book_free_ones(NEW_YORK, "clinic", every=9, most=4)


def _fill_kolkata(host_id: int) -> None:
    _add(host_id, replace(CONSULTATION, requires_confirmation=False, color="moss", max_per_day=None))
    _book_free_ones(KOLKATA, "consultation", every=5, most=4)


def _add(host_id: int, content: EventTypeContent) -> None:
    create_event_type(content, host_id=host_id, actor=host_actor(host_id))


def _book_free_ones(host: DemoHost, event_type: str, *, every: int, most: int) -> None:
    """Book some of the starts offered over the next ten days, for one guest each."""
    what = find_offering(host.slug, event_type)
    found = list_offers(what, what.now, what.now + 10 * 86_400)
    for number, offer in enumerate(found[2::every][:most]):
        start = datetime.fromtimestamp(offer.start, UTC)
        book(_wish(number, host=host.slug, event_type=event_type, start=start, what=what.questions), actor=SYSTEM)


def _wish(number: int, *, what: tuple[Question, ...] = (), **slot: object) -> Book:
    name, email, subject, zone = GUESTS[number % len(GUESTS)]
    answers = {question.key: question.options[0] for question in what if question.options}
    place = "+49 30 1234567"
    return Book(name=name, email=email, subject=subject, time_zone=zone, answers=answers, location=place, **slot)  # type: ignore[arg-type]


def _next_workday(day: date) -> date:
    ahead = (day + timedelta(days=days) for days in range(1, 8))
    return next(later for later in ahead if later.weekday() in WORKDAYS)


FILLS = {BERLIN.email: _fill_berlin, NEW_YORK.email: _fill_new_york, KOLKATA.email: _fill_kolkata}
