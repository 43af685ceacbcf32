"""The form for a webhook. Its fields have the names used by the service, so that errors can be shown beside them."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectMultipleField, StringField, URLField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.domain import text
from webapp.domain.outgoing import LONGEST_URL
from webapp.domain.webhook_events import WebhookEvent
from webapp.services.webhooks.content import LONGEST_DESCRIPTION, NewWebhook, WebhookChange
from webapp.web.shared.fields import Text
from webapp.web.webhooks.words import event_choices


class NewWebhookForm(FlaskForm):  # type: ignore[misc]
    url = URLField(
        _l("Address of your program"),
        description=_l("Messages are posted there, such as to https://hooks.example.org/openslot."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        validators=[Text(text.line, LONGEST_URL)],
    )
    events = SelectMultipleField(
        _l("What it is told"),
        choices=event_choices,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    description = StringField(
        _l("What is it for?"),
        description=_l("Only you see this."),
        render_kw={"autocomplete": "off"},
        validators=[Text(text.line, LONGEST_DESCRIPTION, required=False)],
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.events.flags.required = True

    def new_webhook(self) -> NewWebhook:
        return NewWebhook(url=self.url.data, events=self.chosen, description=self.description.data or "")

    def validate_events(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(gettext("Choose one or more."))

    @property
    def chosen(self) -> tuple[WebhookEvent, ...]:
        return tuple(WebhookEvent(event) for event in self.events.data)


class WebhookForm(NewWebhookForm):
    is_active = BooleanField(_l("Switched on"), description=_l("Otherwise it is told nothing, later neither."))

    def change(self) -> WebhookChange:
        return WebhookChange(
            url=self.url.data,
            events=self.chosen,
            description=self.description.data or "",
            is_active=self.is_active.data,
        )
