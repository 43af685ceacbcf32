"""Gzip for responses that are the same for everybody, never for those that contain a secret."""

import gzip
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import Build, tomorrow
from tests.web.guest.picker import in_month
from tests.web.pages import Visitor

GZIP = {"Accept-Encoding": "gzip, br"}


def script(client: FlaskClient) -> str:
    """The address of a script, as a page gives it."""
    found = re.search(r'src="([^"]*app\.js[^"]*)"', client.get("/login").text)
    assert found
    return found[1]


def opened(response: TestResponse) -> bytes:
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.content_length == len(response.data)
    return gzip.decompress(response.data)


@pytest.fixture
def public_page(build: Build) -> str:
    build.slot(build.host(slug="ada"), tomorrow())
    return "/ada/30min"


def test_a_public_page_is_compressed_on_request(client: FlaskClient, public_page: str) -> None:
    plain, small = client.get(public_page), client.get(public_page, headers=GZIP)
    assert b"</html>" in opened(small)
    assert small.content_length < plain.content_length / 3
    assert "Content-Encoding" not in plain.headers
    assert all("accept-encoding" in answer.vary for answer in (plain, small))


def test_a_file_is_compressed_and_still_found_unchanged(client: FlaskClient) -> None:
    url = script(client)
    with client.get(url) as plain, client.get(url, headers=GZIP) as small:
        assert opened(small) == plain.data
        assert "immutable" in small.headers["Cache-Control"]
        etag = small.headers["ETag"]
    with client.get(url, headers=GZIP | {"If-None-Match": etag}) as again:
        assert again.status_code == 304


def test_gzip_refused_is_not_sent(client: FlaskClient, public_page: str) -> None:
    for encodings in ("gzip;q=0", "br", ""):
        assert "Content-Encoding" not in client.get(public_page, headers={"Accept-Encoding": encodings}).headers


def test_pages_with_a_sessions_token_or_with_somebodys_data_are_not(visitor: Visitor, host: str, build: Build) -> None:
    assert b'name="csrf_token"' in visitor.open("/login", headers=GZIP).data
    visitor.log_in(host)
    for page in ("/calendar", "/settings"):
        assert b"</html>" in visitor.open(page, headers=GZIP).data


def test_the_form_of_a_time_is(visitor: Visitor, host: str, build: Build) -> None:
    """What it carries is no secret: a token that anybody gets, and a key that is another one in each answer."""
    slot = build.slot(build.row("SELECT id FROM host")[0])
    form = re.search(r'href="([^"]*/book\?[^"]*)"', visitor.open(f"/ada/30min?{in_month(slot.start)}").text)
    assert form
    assert b'name="csrf_token"' in opened(visitor.open(form[1].replace("&amp;", "&"), headers=GZIP))
