"""For all forms: showing a service's errors beside their fields."""

from collections.abc import Callable
from typing import TypeVar

from flask_wtf import FlaskForm

from webapp.domain.errors import Invalid

T = TypeVar("T")


def outcome(form: FlaskForm, command: Callable[[], T]) -> T | None:
    """What the command returned. None: it was refused, and the form says why."""
    if form.validate():
        try:
            return command()
        except Invalid as fault:
            refuse(form, fault)
    return None


def refuse(form: FlaskForm, fault: Invalid) -> None:
    """Show a service's errors beside the fields of the same names."""
    for name, messages in fault.errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, *messages]
        else:
            form.form_errors.extend(messages)
