from tests.web.pages import Visitor


def test_a_stranger_reads_what_this_is_and_gets_no_cookie(visitor: Visitor) -> None:
    page = visitor.open("/")
    assert page.status_code == 200
    assert "Log in as a host" in page.text
    assert "Set-Cookie" not in page.headers


def test_a_host_goes_on_to_the_calendar(visitor: Visitor, host: str) -> None:
    visitor.log_in(host)
    assert visitor.open("/").location == "/calendar"
