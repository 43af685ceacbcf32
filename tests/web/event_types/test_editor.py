"""Creating and changing an event type: as a page, as a fragment and without JavaScript."""

import re
from typing import Any

import pytest

from tests.builders import Build
from tests.web.event_types.editor_pages import attribute, fields, save
from tests.web.pages import Visitor, errors_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada(visitor: Visitor, host: str) -> Visitor:
    visitor.log_in(host)
    return visitor


def test_one_is_made_without_javascript(ada: Visitor, build: Build) -> None:
    answer = save(ada, title="Piano lesson", duration="other", duration_minutes="45", color="plum")
    assert answer.status_code == 303
    assert answer.location == "/event-types"
    row = build.row(
        "SELECT slug, duration_minutes, color, is_active, is_public, capacity"
        " FROM event_type WHERE title = 'Piano lesson'"
    )
    assert tuple(row) == ("piano-lesson", 45, "plum", True, True, 1)
    assert "Made: Piano lesson." in ada.open("/event-types").text
    assert ada.open("/ada/piano-lesson").status_code == 200


def test_htmx_is_led_to_the_list(ada: Visitor) -> None:
    answer = save(ada, headers=HTMX, title="Talk")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/event-types")


EVERYTHING = {
    "title": "Everything",
    "description": "Two\r\nlines",
    "duration": "60",
    "increment_minutes": "15",
    "notice_minutes": ["2", "60"],
    "window_kind": "dates",
    "window_from": "2027-01-01",
    "window_to": "2027-06-30",
    "max_per_day": "3",
    "max_per_week": "9",
    "buffer_before_minutes": "5",
    "buffer_after_minutes": "10",
    "capacity": "4",
    "requires_confirmation": "y",
    "requires_proof": "y",
    "location_kind": "place",
    "location_detail": "Room 7",
    "reminder_minutes": ["10", "1440"],
    "has_follow_up": "y",
    "change_notice_minutes": ["1", "1440"],
    "is_public": None,
    "question-0-key": "",
    "question-0-label": "What about?",
    "question-0-kind": "select",
    "question-0-options": "Sums\r\n\r\nVerse\r\nSums",
    "question-0-required": "y",
    "question-1-key": "",
    "question-1-label": "What about?",
    "question-1-kind": "text",
    "question-1-options": "left over",
    "question-2-label": "",
    "question-2-kind": "text",
}


def test_every_field_is_stored_and_comes_back(ada: Visitor, build: Build) -> None:
    assert save(ada, **EVERYTHING).status_code == 303
    row = build.row("SELECT * FROM event_type WHERE slug = 'everything'")._mapping
    expected = {
        "duration_minutes": 60, "increment_minutes": 15, "notice_minutes": 120, "max_per_day": 3, "max_per_week": 9,
        "buffer_before_minutes": 5, "buffer_after_minutes": 10, "capacity": 4, "requires_confirmation": True,
        "location_kind": "place", "location_detail": "Room 7", "reminder_minutes": [1440, 10], "has_follow_up": True,
        "requires_proof": True,
        "change_notice_minutes": 1440, "is_public": False, "description": "Two\nlines", "window_days": None,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert str(row["window_from"]) == "2027-01-01"
    assert row["questions"] == [
        {"key": "what-about", "label": "What about?", "kind": "select", "required": True, "options": ["Sums", "Verse"]},
        {"key": "what-about-2", "label": "What about?", "kind": "text", "required": False, "options": []},
    ]
    changed = "SELECT count(*) FROM audit_entry WHERE action = 'event_type.changed'"
    assert save(ada, "/event-types/everything/edit").status_code == 303
    assert build.row(changed)[0] == 0, "saving what is there changes nothing"


def test_a_question_keeps_its_key_when_its_words_change(ada: Visitor, build: Build) -> None:
    save(ada, **EVERYTHING)
    save(ada, "/event-types/everything/edit", **{"question-0-label": "Which subject?"})
    row = build.row(
        "SELECT questions -> 0 ->> 'key', questions -> 0 ->> 'label' FROM event_type WHERE slug = 'everything'"
    )
    assert tuple(row) == ("what-about", "Which subject?")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_wrong_is_said_at_its_field_and_all_that_was_typed_stays(
    ada: Visitor, build: Build, headers: dict[str, str]
) -> None:
    wrong = {"title": " ", "duration": "other", "duration_minutes": "7", "capacity": "0",
             "max_per_day": "x",
             "notice_minutes": ["-3", "60"], "window_kind": "days", "window_days": "",
             "question-0-options": " "}  # fmt: skip
    answer = save(ada, headers=headers, **EVERYTHING | wrong)
    assert answer.status_code == 422
    assert ("<html" in answer.text) is not bool(headers)
    for name in ("title", "max_per_day", "notice_minutes", "window_days", "capacity"):
        assert f'id="{name}-error"' in answer.text, name
    assert "one a line" in errors_of(answer)
    kept = fields(answer.text)
    assert kept["max_per_day"] == ["x"]
    assert kept["notice_minutes"] == ["-3", "60"]
    assert kept["location_detail"] == ["Room 7"]
    assert kept["question-0-label"] == ["What about?"]
    assert kept["duration_minutes"] == ["7"]
    assert kept["reminder_minutes"] == ["10", "1440"]
    assert build.rows("SELECT id FROM event_type WHERE title IN ('Everything', ' ')") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("duration_minutes", "7"), ("duration_minutes", "500"), ("capacity", "0"), ("max_per_week", "0"),
     ("buffer_after_minutes", "2000"), ("slug", "No Slug"), ("slug", "30min"), ("title", "x" * 121),
     ("description", "x" * 4001), ("notice_minutes", ["9999999", "1440"]), ("notice_minutes", ["1.5", "60"]),
     ("reminder_minutes", ["10", "30", "60", "120", "1440", "2880"]), ("capacity", "9" * 5000)],
)  # fmt: skip
def test_bounds_are_told_at_the_field(ada: Visitor, field: str, value: Any) -> None:
    answer = save(ada, **{"title": "Talk", "duration": "other", "duration_minutes": "45"} | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_a_place_needs_its_address(ada: Visitor) -> None:
    answer = save(ada, title="Talk", location_kind="place", location_detail="")
    assert 'id="location_detail-error"' in answer.text


def test_dates_that_end_before_they_begin(ada: Visitor) -> None:
    dates = {"window_kind": "dates", "window_from": "2027-02-01", "window_to": "2027-01-01"}
    assert 'id="window_to-error"' in save(ada, title="Talk", **dates).text
    assert 'id="window_from-error"' in save(ada, title="Talk", **dates | {"window_to": ""}).text


def test_only_the_chosen_alternative_counts(ada: Visitor, build: Build) -> None:
    given = {"window_kind": "none", "window_days": "9", "location_kind": "ask", "location_detail": "left over",
             "duration": "15", "duration_minutes": "x"}  # fmt: skip
    assert save(ada, title="Talk", **given).status_code == 303
    row = build.row("SELECT window_days, location_detail, duration_minutes FROM event_type WHERE slug = 'talk'")
    assert tuple(row) == (None, "", 15)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_rows_of_questions_come_go_and_move_with_all_that_is_typed(
    ada: Visitor, build: Build, headers: dict[str, str]
) -> None:
    typed = {f"question-{place}-{part}": f"{part}{place}" for place in range(3) for part in ("label", "options")}
    typed |= {f"question-{place}-kind": "select" for place in range(3)}

    def labels(action: str) -> list[str]:
        answer = save(ada, to="/event-types/new-questions", headers=headers, title="Kept", rows=action, **typed)
        assert answer.status_code == 200
        assert ("<html" in answer.text) is not bool(headers)
        assert 'id="questions"' in answer.text
        if not headers:
            assert fields(answer.text)["title"] == ["Kept"]
        return re.findall(r'name="question-\d-label" value="([^"]*)"', answer.text)

    def focus(action: str) -> str:
        answer = save(ada, to="/event-types/new-questions", headers=headers, rows=action, **typed)
        [tag] = re.findall(r"<[^<>]* data-focus[^>]*>", answer.text.partition('id="questions"')[2])
        return attribute(tag, "id")

    assert labels("add") == ["label0", "label1", "label2", ""]
    assert labels("remove-1") == ["label0", "label2"]
    assert labels("up-2") == ["label0", "label2", "label1"]
    assert labels("up-0") == labels("down-2") == labels("nonsense") == labels("up-99") == ["label0", "label1", "label2"]
    assert labels("down-0") == ["label1", "label0", "label2"]
    assert [focus("add"), focus("down-0"), focus("up-0")] == ["question-3-label", "rows-down-1", "rows-up-0"]
    assert focus("remove-0") == "rows-add"
    assert build.rows("SELECT id FROM event_type WHERE title = 'Kept'") == []


def test_the_enter_key_saves(ada: Visitor) -> None:
    """Browsers press the first button of a form: it must not be one of the rows."""
    form = ada.open("/event-types/30min/edit").text.partition('id="editor"')[2]
    first = re.search(r"<button[^>]*>", form)
    assert first
    assert "formaction" not in first[0]
    assert 'name="rows"' not in first[0]
