"""Questions that an event type asks its guests, and validation of the answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from webapp.domain.text import TextFault, line, paragraph

LONGEST_LABEL = 200
LONGEST_LINE = 500
LONGEST_TEXT = 4000
MOST_QUESTIONS = 30
MOST_OPTIONS = 100
_KEY = re.compile(r"[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?")
_PHONE = re.compile(r"\+?[0-9 ()./-]{5,32}")


class QuestionKind(StrEnum):
    TEXT = "text"
    TEXTAREA = "textarea"
    SELECT = "select"
    CHECKBOX = "checkbox"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Question:
    """`key` is stable and names the answer; `options` belong to a select."""

    key: str
    label: str
    kind: QuestionKind = QuestionKind.TEXT
    required: bool = False
    options: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "kind": str(self.kind),
            "required": self.required,
            "options": list(self.options),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Question":
        return cls(
            stored["key"],
            stored["label"],
            QuestionKind(stored["kind"]),
            bool(stored["required"]),
            tuple(stored["options"]),
        )


def checked_questions(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Raises TextFault at the first fault."""
    if len(questions) > MOST_QUESTIONS:
        raise TextFault("too_many", f"At most {MOST_QUESTIONS} questions.")
    keys = [question.key for question in questions]
    if len(set(keys)) < len(keys):
        raise TextFault("repeated", "Each question needs a key of its own.")
    return tuple(checked_question(question) for question in questions)


def checked_answers(questions: Sequence[Question], answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """(answers by key, faults by key). An answer to an unknown question is also a fault."""
    kept: dict[str, Any] = {}
    asked = {question.key for question in questions}
    faults = {key: "This is not asked." for key in answers if key not in asked}
    for question in questions:
        try:
            kept[question.key] = checked_answer(question, answers.get(question.key))
        except TextFault as fault:
            faults[question.key] = str(fault)
    return {key: answer for key, answer in kept.items() if answer not in ("", None)}, faults


def checked_question(question: Question) -> Question:
    if not _KEY.fullmatch(question.key):
        raise TextFault("key", "A key has 1 to 40 of a-z, 0-9, - and _.")
    if len(question.options) > MOST_OPTIONS:
        raise TextFault("too_many", f"At most {MOST_OPTIONS} options.")
    options = tuple(line(option, LONGEST_LABEL) for option in question.options)
    if question.kind is QuestionKind.SELECT and not options:
        raise TextFault("options", "A choice needs at least one option.")
    if question.kind is not QuestionKind.SELECT and options:
        raise TextFault("options", "Only a choice has options.")
    return Question(question.key, line(question.label, LONGEST_LABEL), question.kind, question.required, options)


def checked_answer(question: Question, answer: Any) -> Any:
    if question.kind is QuestionKind.CHECKBOX:
        return _ticked(question, answer)
    if answer is None:
        answer = ""
    if not isinstance(answer, str):
        raise TextFault("type", "Must be a text.")
    if question.kind is QuestionKind.TEXTAREA:
        return paragraph(answer, LONGEST_TEXT, required=question.required)
    text = line(answer, LONGEST_LINE, required=question.required)
    if text and question.kind is QuestionKind.SELECT and text not in question.options:
        raise TextFault("option", "Must be one of the choices.")
    if text and question.kind is QuestionKind.PHONE and not _PHONE.fullmatch(text):
        raise TextFault("phone", "Must be a phone number such as +49 30 1234567.")
    return text


def _ticked(question: Question, answer: Any) -> bool:
    if answer not in (None, True, False):
        raise TextFault("type", "Must be true or false.")
    if question.required and not answer:
        raise TextFault("required", "Must be ticked.")
    return bool(answer)
