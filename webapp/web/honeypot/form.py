"""Forms of guests with a hidden field that robots fill in, and some people's browsers, too."""

from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from webapp.web.honeypot.question import Question
from webapp.web.shared.form_tokens import GuestForm

# Browsers and password managers fill in hidden fields, too, when a name or a label means something to them. Those that
# take no `autocomplete=off` heed an attribute of their own: 1Password, Bitwarden, LastPass, Dashlane.
IGNORED = {
    "autocomplete": "off",
    "tabindex": "-1",
    "data-1p-ignore": "true",
    "data-bwignore": "true",
    "data-lpignore": "true",
    "data-form-type": "other",
}


class HoneypotForm(GuestForm):
    """Filled in, its hidden field brings the form back with a question: a person whose browser fills in the field each
    time goes on by answering."""

    leave_empty = StringField(_l("Leave this empty"), render_kw=IGNORED)
    question = HiddenField()
    question_answer = StringField(render_kw={"autocomplete": "off", "required": True})

    def validate(self, *args: Any, **options: Any) -> bool:
        is_valid = super().validate(*args, **options)
        return self._is_of_a_person() and is_valid

    def _is_of_a_person(self) -> bool:
        """Call last: errors of fields are collected anew by `validate`."""
        if not self.leave_empty.data and not self.question.data:
            return True
        path, typed = request.script_root + request.path, self.question_answer.data or ""
        question = Question.asked(self.question.data or "", path)
        if question and question.is_answered_by(typed):
            self._show(question, typed)
            return True
        self._show(Question.ask(path), "")
        self.question_answer.errors = [
            gettext("That is not the answer. Please answer this one.")
            if question and typed
            else gettext("A hidden field of this form was filled in, as programs do. People answer this question.")
        ]
        return False

    def _show(self, question: Question, answer: str) -> None:
        self.leave_empty.data = ""
        self.question.data, self.question_answer.data = question.token, answer
        self.question_answer.label.text = question.text
        self.question_answer.flags.required = True
