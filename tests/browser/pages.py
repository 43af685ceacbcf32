"""All pages, and how to reach them. `test_every_page.py` opens each one; a page that is missing here fails
`tests/house/test_browser_pages.py`."""

from dataclasses import dataclass
from enum import Enum

from playwright.sync_api import Page


class Who(Enum):
    GUEST = "guest"  # without an account
    HOST = "host"  # logged in; an admin, too


@dataclass(frozen=True)
class Stop:
    """`sent`: what is looked at is the answer to the page's form, sent as it is. `known`: rules of accessibility that
    the library breaks which draws the page."""

    path: str
    who: Who = Who.GUEST
    status: int = 200
    sent: bool = False
    known: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.path} sent" if self.sent else self.path


def guest(path: str, **more: object) -> Stop:
    return Stop(path, **more)


def host(path: str, **more: object) -> Stop:
    return Stop(path, Who.HOST, **more)


def admin(path: str) -> Stop:
    return Stop(f"/admin/{path}", Who.HOST, known=ADMIN_RULES)


def send(page: Page) -> None:
    """Press the button of the page's form, and wait for what is said about it."""
    page.locator("main form[method=post]").last.get_by_role("button").last.click()
    page.locator("[aria-invalid=true], [role=alert]").first.wait_for()


# Broken by Flask-Admin: the checkboxes of its lists are named by their titles.
ADMIN_RULES = frozenset({"label-title-only"})
# Broken by Swagger UI.
TESTER_RULES = frozenset({"color-contrast", "heading-order", "nested-interactive", "region", "select-name"})
FORM = "/ada/30min/book?zone=Europe/Lisbon&start="
EVERY_PAGE = (
    guest("/"),
    guest("/ada"),
    guest("/ada/30min?zone=Europe/Lisbon"),
    guest("/ada/30min?zone=Europe/Lisbon&month=2199-12"),
    guest(f"{FORM}{{free}}"),
    guest(f"{FORM}{{free}}", sent=True),
    guest(f"{FORM}{{gone}}", status=409),
    guest("/once/{once}?zone=Europe/Lisbon"),
    guest("/once/{once}/book?zone=Europe/Lisbon&start={free}"),
    guest("/once/{once}/book?zone=Europe/Lisbon&start={free}", sent=True),
    guest("/manage/{manage}?booked=1"),
    guest("/manage/{manage}"),
    guest("/manage/{manage_pending}"),
    guest("/manage/{manage_cancelled}"),
    guest("/manage/{manage_held}"),
    guest("/confirm-booking/{confirm_booking}"),
    guest("/not-me/{not_me}"),
    guest("/manage/{manage}/cancel"),
    guest("/manage/{manage}/reschedule"),
    guest("/manage/{manage}/reschedule/confirm?start={free}"),
    guest("/manage/{manage}/reschedule/confirm?start={gone}", status=409),
    guest("/privacy"),
    guest("/privacy", sent=True),
    guest("/privacy/asked"),
    guest("/privacy/erased"),
    guest("/privacy/{privacy}"),
    guest("/privacy/{privacy}/erase"),
    guest("/privacy/none-of-ours", status=404),
    guest("/nobody-of-this-name", status=404),
    guest("/login"),
    guest("/login", sent=True),
    guest("/register"),
    guest("/register", sent=True),
    guest("/reset"),
    guest("/reset/{reset}"),
    guest("/confirm"),
    guest("/confirm/{confirm}"),
    guest("/docs", known=TESTER_RULES),
    guest("/docs/problems"),
    host("/calendar?on={day}"),
    host("/calendar?view=day&on={day}"),
    host("/calendar?view=agenda&on={day}"),
    host("/calendar?view=month&on={day}"),
    host("/calendar/why"),
    host("/calendar/slots/new?on={day}"),
    host("/calendar/slots/many?on={day}"),
    host(
        "/calendar/slots/many/preview?weekdays=0&weekdays=1&weekdays=2&weekdays=3&weekdays=4&weekdays=5&weekdays=6"
        "&from_time=08:00&to_time=12:00&duration=30&first_on={day}&weeks=1"
    ),
    host("/calendar/slots/{slot}"),
    host("/calendar/slots/{slot}/delete"),
    host("/bookings"),
    host("/bookings?which=past"),
    host("/bookings?which=cancelled"),
    host("/bookings?q=nobody"),
    host("/bookings/{booking}"),
    host("/bookings/{pending}"),
    host("/bookings/{cancelled}"),
    host("/bookings/{missed}"),
    host("/bookings/{booking}/cancel"),
    host("/bookings/{booking}/cancel", sent=True),
    host("/bookings/{booking}/move"),
    host("/bookings/{pending}/accept"),
    host("/bookings/{pending}/decline"),
    host("/event-types"),
    host("/event-types/new"),
    host("/event-types/new", sent=True),
    host("/event-types/30min/edit"),
    host("/event-types/30min/links"),
    host("/event-types/30min/archive"),
    host("/availability"),
    host("/availability/{schedule}/dates"),
    host("/availability/{schedule}/holidays"),
    host("/availability/{schedule}/delete"),
    host("/availability/new"),
    host("/availability/blocked"),
    host("/availability/blocked/{block}/edit"),
    host("/availability/blocked/{block}/delete"),
    host("/settings"),
    host("/settings/password"),
    host("/settings/password", sent=True),
    host("/settings/feeds"),
    host("/settings/feeds/{feed}/revoke"),
    host("/settings/tokens"),
    host("/settings/tokens/{api_token}/revoke"),
    host("/settings/webhooks"),
    host("/settings/webhooks", sent=True),
    host("/settings/webhooks/{webhook}"),
    host("/settings/webhooks/{webhook_off}"),
    host("/settings/webhooks/{webhook}/edit"),
    host("/settings/webhooks/{webhook}/secret"),
    host("/settings/webhooks/{webhook}/delete"),
    host("/settings/data"),
    host("/verify"),
    admin(""),
    admin("bookings/"),
    admin("bookings/details/?id={booking_id}"),
    admin("bookings/move?id={booking_id}"),
    admin("hosts/"),
    admin("event-types/"),
    admin("slots/"),
    admin("guests/"),
    admin("outbox/"),
    admin("deliveries/"),
    admin("messages/"),
    admin("attempts/"),
    admin("tokens/"),
    admin("feeds/"),
    admin("webhooks/"),
    admin("not-me/"),
    admin("audit/"),
)
# Answers to GET that are no pages: data, files, parts of pages, ways elsewhere; and the details of the admin, which
# have one template for all tables.
NO_PAGES = (
    "admin.static", "ajax_lookup", "api_", "calendar.grid", "create_view", "details_view", "edit_view", "export",
    "calendar_files.", "health.", "security_txt.", "manage.invite", "data.document", "data.table", "privacy.download",
    "static",
)  # fmt: skip
