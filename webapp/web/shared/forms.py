"""A form whose values are refused: by its own validators, or by the service that was to take them."""

from collections.abc import Callable
from typing import TypeVar

from flask_wtf import FlaskForm

from webapp.domain.errors import Invalid

T = TypeVar("T")


def outcome(form: FlaskForm, command: Callable[[], T]) -> T | None:
    """What the command gave back. None: it did not come to pass, and the form says why not."""
    if form.validate():
        try:
            return command()
        except Invalid as fault:
            refuse(form, fault)
    return None


def refuse(form: FlaskForm, fault: Invalid) -> None:
    """Say what a service found, beside the fields that it is about: those of the same names."""
    for name, messages in fault.errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, *messages]
        else:
            form.form_errors.extend(messages)
