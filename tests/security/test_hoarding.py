"""Taking a host's time: many bookings by one guest, by many invented guests, and by programs that fill in forms."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import requests
from altcha import Challenge, Payload, solve_challenge
from flask import Flask

from tests.builders import Build, tomorrow
from tests.live import Live, Person, running
from tests.schedule_builders import set_schedule
from tests.web.pages import forms_of, sum_asked_in
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.slots.views import SlotView

AT_ONCE = 8
HOURLY = 12
USUAL = 16
SPELLINGS = ["bob@example.net", "Bob@Example.NET", "BOB@example.net", "bob+ada@example.net", "Bob+2@example.net"]


@pytest.fixture(scope="module")
def counting(app: Flask, environment: dict[str, str]) -> Iterator[Live]:
    """An instance that counts, behind a proxy, so that each request can come from somewhere else."""
    settings = {
        "RATE_LIMITS": "on",
        "TRUSTED_PROXIES": "1",
        "HOURLY_BOOKINGS_PER_HOST": str(HOURLY),
        "BOOKINGS_BEFORE_PROOF": str(USUAL),
    }
    with MailSink() as sink, running(environment, sink, **settings) as live:
        yield live


@pytest.fixture
def ada(build: Build, counting: Live) -> int:
    """Ada, bookable every day."""
    host = build.host(email="ada@example.org", name="Ada Lovelace", slug="ada", time_zone="UTC")
    set_schedule(build, host, "00:00-24:00", "0123456", time_zone="UTC")
    return host


def starts(count: int) -> list[datetime]:
    """Half hours, some days ahead."""
    return [tomorrow(9 + number % 8, days=2 + number // 8) for number in range(count)]


def elsewhere(number: int) -> dict[str, str]:
    """Another client address for each number."""
    return {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250 + 1}"}


def book_by_api(live: Live, number: int, what: datetime | SlotView, email: str, **given: str) -> requests.Response:
    """A start of Ada's, or a slot by its id."""
    slot = {"slot_id": str(what.public_id)} if isinstance(what, SlotView) else None
    start = slot or {"host": "ada", "event_type": "30min", "start": what.isoformat()}
    body = {"name": "Bob", "email": email, "subject": "Talk", "time_zone": "UTC"} | start | given
    return requests.post(f"{live.url}/api/v1/bookings", json=body, headers=elsewhere(number), timeout=60)


def book_by_page(live: Live, number: int, start: datetime, email: str, **given: str) -> requests.Response:
    session = requests.Session()
    session.headers.update(elsewhere(number))
    url = f"{live.url}/ada/30min/book"
    page = session.get(url, params={"start": start.strftime("%Y-%m-%dT%H:%MZ")}, timeout=60)
    [fields] = [fields for action, fields in forms_of(page.text) if action.endswith("/book")]
    typed = {"name": "Bob", "email": email, "subject": "Talk"} | given
    return session.post(url, data=fields | typed, timeout=60, allow_redirects=False)


def book_all(live: Live, wishes: Sequence[tuple[datetime, str]]) -> list[requests.Response]:
    """At once, in turn by page and by API."""
    ways = (book_by_page, book_by_api)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(ways[n % 2], live, n, *wish) for n, wish in enumerate(wishes)]
        return [job.result() for job in jobs]


def count(build: Build) -> int:
    return int(build.row("SELECT count(*) FROM booking WHERE is_live")[0])


def test_one_address_holds_three_meetings_however_it_is_spelled(ada: int, counting: Live, build: Build) -> None:
    wishes = [(start, SPELLINGS[n % len(SPELLINGS)]) for n, start in enumerate(starts(30))]
    answers = book_all(counting, wishes)
    assert count(build) == 3, Counter(answer.status_code for answer in answers)
    refused = [answer for answer in answers if answer.status_code == 409]
    assert len(refused) == 27
    for answer in refused:
        assert "too_many_open_bookings" in answer.text or 'value="Talk"' in answer.text


def test_by_the_id_of_a_slot_it_is_the_same(ada: int, counting: Live, build: Build) -> None:
    slots = build.slots(ada, starts(8))
    answers = [book_by_api(counting, n, slot, "bob@example.net") for n, slot in enumerate(slots)]
    assert [answer.status_code for answer in answers] == [201] * 3 + [409] * 5
    assert answers[-1].json()["code"] == "too_many_open_bookings"


def test_other_guests_and_other_hosts_are_not_counted(ada: int, counting: Live, build: Build) -> None:
    grace = build.host(slug="grace", time_zone="UTC")
    set_schedule(build, grace, "00:00-24:00", "0123456", time_zone="UTC")
    first, *more = starts(6)
    for n, start in enumerate(more):
        book_by_api(counting, n, start, "bob@example.net")
    assert book_by_api(counting, 9, first, "bobby@example.net").status_code == 201
    assert book_by_api(counting, 9, first, "bob@example.net", host="grace").status_code == 201


def test_a_cancelled_meeting_makes_room(ada: int, counting: Live, build: Build) -> None:
    answers = [book_by_api(counting, n, start, "bob@example.net") for n, start in enumerate(starts(4))]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 409]
    made = answers[0].json()
    token = {"X-Manage-Token": made["manage_token"]}
    requests.delete(f"{counting.url}/api/v1/bookings/{made['id']}", headers=token, timeout=60).raise_for_status()
    assert book_by_api(counting, 9, starts(4)[3], "bob@example.net").status_code == 201


def test_nobody_learns_about_an_address_without_booking_with_it(ada: int, counting: Live, build: Build) -> None:
    """Of a time that is not on offer, the answer is the same for an address with three meetings and for one with none.
    Of a time that is, the other answer makes a booking, of which the owner of the address is told."""
    for n, start in enumerate(starts(3)):
        book_by_api(counting, n, start, "bob@example.net")
    gone = tomorrow(days=-1)
    known, unknown = (book_by_api(counting, n, gone, f"{name}@example.net") for n, name in enumerate(("bob", "eve")))
    assert known.json() == unknown.json()
    assert known.status_code == 409


def test_many_addresses_take_a_host_so_much_time_in_an_hour(ada: int, counting: Live, build: Build) -> None:
    answers = book_all(counting, [(start, f"eve{n}@example.net") for n, start in enumerate(starts(2 * HOURLY))])
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (count(build), len(refused)) == (HOURLY, HOURLY)
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert all("too_many_bookings" in answer.text or 'value="Talk"' in answer.text for answer in refused)


def test_a_group_fills_at_once_whatever_the_host_has_had(ada: int, counting: Live, build: Build) -> None:
    group = build.slot(ada, tomorrow(20), capacity=500)
    for slot in (group, *build.slots(ada, starts(HOURLY))):
        build.booking(slot)
    answers = [book_by_api(counting, n, group, f"eve{n}@example.net") for n in range(USUAL - HOURLY - 2)]
    assert {answer.status_code for answer in answers} == {201}
    assert book_by_api(counting, 1, tomorrow(21), "eve@example.net").status_code == 429


@pytest.fixture
def crowd(ada: int, build: Build) -> SlotView:
    """A group of Ada's, so many of whose seats have just been booked that the next ones need a proof of work."""
    group = build.slot(ada, tomorrow(20), capacity=500)
    for _ in range(USUAL):
        build.booking(group)
    return group


def solved(live: Live) -> str:
    answer = requests.post(f"{live.url}/api/v1/challenges", timeout=60)
    assert answer.headers["Cache-Control"] == "no-store"
    challenge = Challenge.from_dict(answer.json())
    solution = solve_challenge(challenge, timeout=0)
    assert solution
    return Payload(challenge, solution).to_base64()


def test_when_much_is_booked_the_next_ones_cost_work(ada: int, counting: Live, build: Build) -> None:
    group = build.slot(ada, tomorrow(20), capacity=500)
    for _ in range(USUAL - 2):
        build.booking(group)
    answers = book_all(counting, [(tomorrow(20), f"eve{n}@example.net") for n in range(10)])
    refused = [answer for answer in answers if answer.status_code == 409]
    assert (count(build), len(refused)) == (USUAL, 8)
    assert all("proof_required" in answer.text or "data-proof" in answer.text for answer in refused)


def test_a_solved_challenge_makes_one_booking(crowd: SlotView, counting: Live, build: Build) -> None:
    proof = solved(counting)
    assert book_by_api(counting, 1, crowd, "eve@example.net", proof=proof).status_code == 201
    again = book_by_api(counting, 2, crowd, "mallory@example.net", proof=proof)
    assert (again.status_code, list(again.json()["errors"])) == (422, ["proof"])
    assert count(build) == USUAL + 1


def test_a_solution_sent_many_times_at_once_makes_one_booking(crowd: SlotView, counting: Live, build: Build) -> None:
    proof, ways = solved(counting), (book_by_api, book_by_page)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for n in range(AT_ONCE):
            what = tomorrow(20) if n % 2 else crowd
            pool.submit(ways[n % 2], counting, n, what, f"eve{n}@example.net", proof=proof)
    assert count(build) == USUAL + 1


def test_a_time_that_is_gone_does_not_spend_the_challenge(crowd: SlotView, counting: Live, build: Build) -> None:
    proof = solved(counting)
    gone = book_by_api(counting, 1, tomorrow(days=-1), "eve@example.net", proof=proof)
    assert gone.json()["code"] == "slot_unavailable"
    assert book_by_page(counting, 1, tomorrow(20), "eve@example.net", proof=proof).status_code == 303


@pytest.mark.parametrize("change", [{"keyPrefix": "00"}, {"cost": 1}, {"expiresAt": 4_000_000_000}])
def test_a_challenge_that_somebody_made_easier_is_refused(
    crowd: SlotView, counting: Live, change: dict[str, object]
) -> None:
    given = requests.post(f"{counting.url}/api/v1/challenges", timeout=60).json()
    given["parameters"] |= change
    given["parameters"] |= {} if "keyPrefix" in change else {"keyPrefix": ""}
    challenge = Challenge.from_dict(given)
    solution = solve_challenge(challenge)
    assert solution
    proof = Payload(challenge, solution).to_base64()
    for answer in (book_by_api(counting, 1, crowd, "eve@example.net", proof=proof),
                   book_by_page(counting, 1, tomorrow(20), "eve@example.net", proof=proof)):  # fmt: skip
        assert answer.status_code == 422
    assert "Solve a new challenge" in answer.text
    assert 'value="Talk"' in answer.text


FILLED = {"leave_empty": "https://bob.example"}  # by a form filler, each time


@pytest.mark.parametrize(("path", "typed"), [
    ("/ada/30min/book", {"name": "Bob", "email": "bob@example.net", "subject": "Talk"}),
    ("/privacy", {"email": "bob@example.net"}),
])  # fmt: skip
def test_whose_browser_fills_in_everything_answers_a_question(
    ada: int, counting: Live, path: str, typed: dict[str, str]
) -> None:
    """The question comes instead of the action, what was typed is kept, and a wrong answer is asked again."""
    bob = Person(counting).session
    query = {"start": starts(1)[0].strftime("%Y-%m-%dT%H:%MZ")}
    page = bob.get(counting.url + path, params=query, timeout=60)

    def send(**more: str) -> requests.Response:
        fields = next(fields for action, fields in forms_of(page.text) if action.startswith(path))
        return bob.post(counting.url + path, data=fields | typed | FILLED | more, timeout=60, allow_redirects=False)

    page = send()
    assert page.status_code == 422
    assert 'value="bob@example.net"' in page.text
    page = send(question_answer="no idea")
    assert page.status_code == 422
    assert send(question_answer=sum_asked_in(page.text)).status_code == 303
