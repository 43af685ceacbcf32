"""What nobody would type: texts, JSON values, bodies and headers for attacks."""

from typing import Any

HUGE = "9" * 400
LONG = "x" * 4097
TEXTS = (
    "", "\0", "\N{GRINNING FACE}\u202e\u2028\r\n", HUGE, "-1", "0", "1,2", "1e309", "NaN", LONG, "[]", '{"a":{}}',
    "true",
    "0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "0000-00-00T00:00:00Z", "2027-03-14T09:00:00+99:99", "9" * 19,
    "2147483648", "24:00", "Europe/Nowhere", "../../etc/passwd", "%s%n", "\\", "'\"--",
    "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
# Percent-encoded: what is not UTF-8, and half a character.
BYTES = ("%ff%fe", "%ed%a0%80", "%00", "%c0%80")
INTEGERS = ("0", "1", "2147483648", "9223372036854775807", "9223372036854775808", HUGE)
PARAMETERS = (
    "id", "month", "day", "date", "week", "view", "zone", "time_zone", "start", "from", "to", "on", "until",
    "limit", "cursor",
    "page", "page_size", "sort", "desc", "search", "q", "status", "email", "event_type", "next", "kind", "first",
    "moved",
    "flt0_0", "flt1_1", "flt2_2", "flt0_created_at_between", "extra_args", "list_form_pk", "rowid", "url", "name",
    "query",
    "duration", "duration_minutes", "first_on", "weeks", "weekdays", "from_time", "to_time", "offset",
    "schedule_id", "action",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 10**18, 10**30, 1.5, 1e308, "", "\0", HUGE, LONG, "\N{GRINNING FACE}", [], {}, [[]],
    {"": None}, [None],
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00", "9999-12-31", "Europe/Nowhere", "24:00", "\u202e",
)  # fmt: skip
BODIES = (
    b"", b"null", b"[]", b"5", b'"\\ud800"', b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 60_000, b'{"a":' * 10_000,
    b"\xff\xfe{}",
    b"{" + b'"x":1,' * 20 + b'"\\ud800":1}', b'{"a": ' + b"9" * 5000 + b"}", b"x" * 300_000,
)  # fmt: skip
MULTIPART = "multipart/form-data; boundary=edge"
BROKEN = (b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end', b"--edge--", b"no edge at all")
HEADERS = (
    {"Cookie": "session=x; session=y"}, {"Cookie": "session=" + LONG}, {"Authorization": "Bearer \xff"},
    {"Authorization": "Bearer " + LONG}, {"Idempotency-Key": "\xff"}, {"If-Match": '"'},
    {"If-None-Match": "W/\"\xff\", *"},
    {"Accept-Language": "\xff;q=x, zz-ZZ-zz;q=9" + "x" * 2000}, {"Range": "bytes=9-1"}, {"Content-Type": "\xff"},
    {"HX-Request": "true", "HX-Current-URL": "//\xff[", "HX-Target": LONG}, {"Content-Encoding": "gzip"},
    {"Accept-Encoding": "gzip;q=x"}, {"If-Modified-Since": "x" * 200}, {"Origin": "null"}, {"Accept": "\xff/*"},
    {"X-Forwarded-For": LONG}, {"Expect": "100-continue"},
)  # fmt: skip
