"""The rows of the questions editor: reading them from a form, adding, removing and moving them, and turning them into
questions.

Fields are named by the position of their row (`question-0-label`). Every change of the rows submits the whole form, so
that no input is lost and JavaScript is not needed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext

from webapp.domain.questions import MOST_QUESTIONS, Question, QuestionKind, checked_question
from webapp.domain.text import TextFault
from webapp.services.accounts import slugs
from webapp.web.shared.fields import words

LONGEST_KEY = 40
ADD = "rows-add"  # id of the button
_ACTION = re.compile(r"(remove|up|down)-(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Row:
    """A question as typed. `key` is empty until it is saved; `options` has one per line; `error` is about
    `error_field`."""

    key: str = ""
    label: str = ""
    kind: str = QuestionKind.TEXT
    is_required: bool = False
    options: str = ""
    error_field: str = ""
    error: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.key or self.label.strip() or self.options.strip())

    def question(self, key: str) -> Question:
        """The validated question. Raises TextFault."""
        kind = QuestionKind(self.kind) if self.kind in list(QuestionKind) else QuestionKind.TEXT
        options = tuple(dict.fromkeys(line.strip() for line in self.options.splitlines() if line.strip()))
        is_choice = kind is QuestionKind.SELECT
        return checked_question(Question(key, self.label, kind, self.is_required, options if is_choice else ()))


def rows_of(questions: Sequence[Question]) -> list[Row]:
    return [Row(one.key, one.label, one.kind, one.required, "\n".join(one.options)) for one in questions]


def typed_rows(form: Mapping[str, str]) -> list[Row]:
    """The submitted rows, by position; missing positions are skipped."""
    return [_typed(form, f"question-{place}-") for place in range(MOST_QUESTIONS) if f"question-{place}-label" in form]


def changed_rows(rows: Sequence[Row], action: str) -> tuple[list[Row], str]:
    """The rows after `action`, and the id of the control to focus. Actions: `add`, `remove-2`, `up-2`, `down-2`; any
    other changes nothing."""
    changed = list(rows)
    if action == "add" and len(rows) < MOST_QUESTIONS:
        return [*changed, Row()], f"question-{len(rows)}-label"
    found = _ACTION.fullmatch(action)
    place = int(found[2]) if found else len(rows)
    if not found or place >= len(rows):
        return changed, ADD
    row, step = changed.pop(place), {"up": -1, "down": 1}.get(found[1])
    if step is None:
        return changed, ADD
    place = min(max(place + step, 0), len(changed))
    changed.insert(place, row)
    return changed, f"rows-{found[1]}-{place}"


def questions_of(rows: Sequence[Row]) -> tuple[tuple[Question, ...], list[Row]]:
    """The questions, and the rows with their errors; blank rows are dropped."""
    keys = {row.key for row in rows if row.key}
    questions, rows_with_faults = [], []
    for row in rows:
        if row.is_blank:
            continue
        key = row.key or _new_key(row.label, keys)
        keys.add(key)
        try:
            questions.append(row.question(key))
            rows_with_faults.append(row)
        except TextFault as fault:
            field = "options" if fault.code in ("options", "too_many") else "label"
            rows_with_faults.append(replace(row, error_field=field, error=_words(fault)))
    return tuple(questions), rows_with_faults


def _typed(form: Mapping[str, str], name: str) -> Row:
    return Row(
        key=form.get(f"{name}key", ""),
        label=form.get(f"{name}label", ""),
        kind=form.get(f"{name}kind", ""),
        is_required=f"{name}required" in form,
        options=form.get(f"{name}options", ""),
    )


def _new_key(label: str, taken: set[str]) -> str:
    """A key made from the label. It never changes, even if the label does, because answers are stored under it."""
    stem = slugs.suggested(label)[:LONGEST_KEY].strip("-") or "question"
    candidates = (f"{stem[: LONGEST_KEY - 4].strip('-')}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(key for key in candidates if key not in taken)


def _words(fault: TextFault) -> str:
    return gettext("Type at least one choice, one a line.") if fault.code == "options" else words(fault)
