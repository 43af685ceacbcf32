"""The gateway between granian and the application, in a running server."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests


@pytest.fixture
def answers(url: str) -> ThreadPoolExecutor:
    """Requests at the same time."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield pool


def test_a_request_that_no_thread_takes_in_time_is_refused_and_not_processed(
    url: str, answers: ThreadPoolExecutor
) -> None:
    counted = int(requests.get(f"{url}/quick", timeout=60).text)
    slow = answers.submit(requests.get, f"{url}/slow", timeout=60)
    time.sleep(0.5)
    late = answers.submit(requests.get, f"{url}/quick", timeout=60)
    refused = late.result()
    assert (refused.status_code, refused.text, refused.headers["Retry-After"]) == (503, "a page about it", "2")
    assert not slow.done()
    assert slow.result().text == "finished"
    assert int(requests.get(f"{url}/quick", timeout=60).text) == counted + 1


def test_reads_checks_and_writes_do_not_wait_for_each_other(url: str, answers: ThreadPoolExecutor) -> None:
    for slow, quick in [("post", "get"), ("get", "post")]:
        waiting = answers.submit(requests.request, slow, f"{url}/slow", timeout=60)
        time.sleep(0.5)
        assert requests.request(quick, f"{url}/quick", timeout=60).status_code == 200
        assert requests.get(f"{url}/healthz", timeout=60).text == "ok"
        assert not waiting.done()
        assert waiting.result().text == "finished"


def test_bodies_up_to_their_limit_arrive_whole(url: str) -> None:
    cookie = {"Cookie": "session=any"}
    for path, size, headers, expected in [
        ("small", 1_000, {}, "1000"),
        ("small", 1_001, {}, 413),
        ("large", 1_001, {}, 413),
        ("large", 1_000_000, cookie, "1000000"),
        ("large", 1_000_001, cookie, 413),
    ]:
        for data in (b"a" * size, iter([b"a" * size])):  # the latter in chunks, without a length
            answer = requests.post(f"{url}/{path}", data=data, headers=headers, timeout=60)
            assert expected in (answer.status_code, answer.text), (path, size)


def test_a_long_answer_arrives_whole(url: str) -> None:
    answer = requests.get(f"{url}/pieces", timeout=60)
    assert answer.text.splitlines() == [f"{number:07}" for number in range(100_000)]
    assert answer.headers["Connection"] == "close"


def test_an_answer_that_breaks_off_is_an_error(url: str) -> None:
    assert requests.get(f"{url}/broken", timeout=60).status_code == 500


def test_the_environment_is_that_of_wsgi(url: str) -> None:
    headers = {"X-Two-Words": "a", "Under_score": "b", "Content-Type": "text/x"}
    told = requests.get(f"{url}/environ?a=%20b", headers=headers, timeout=60).json()
    assert told["HTTP_X_TWO_WORDS"] == "a"
    assert "HTTP_UNDER_SCORE" not in told
    assert (told["CONTENT_TYPE"], told["QUERY_STRING"], told["REQUEST_METHOD"]) == ("text/x", "a=%20b", "GET")
    assert (told["REMOTE_ADDR"], told["SERVER_NAME"], told["SCRIPT_NAME"]) == ("127.0.0.1", "127.0.0.1", "")
    assert told["HTTP_HOST"] == url.removeprefix("http://")


def test_head_has_the_headers_of_get(url: str) -> None:
    got, head = requests.get(f"{url}/healthz", timeout=60), requests.head(f"{url}/healthz", timeout=60)
    assert (head.status_code, head.text) == (200, "")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
