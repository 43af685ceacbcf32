"""The mail that says that a webhook was switched off."""

import uuid
from urllib.parse import urlsplit

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core.extensions import site
from webapp.domain.text import flattened
from webapp.effects.letters.letter import Action, Letter, address
from webapp.models import Host, WebhookEndpoint
from webapp.services.mail.deliveries import Errand
from webapp.words.formats import english_of


def webhook_letter(session: Session, errand: Errand) -> Letter | None:
    """None when there is nothing to say any more: it was deleted or switched on again, or the account is closed."""
    host = session.get(Host, errand.host_id)
    public_id = uuid.UUID(errand.data["webhook"])
    mine = WebhookEndpoint.host_id == errand.host_id, WebhookEndpoint.public_id == public_id
    webhook = session.scalars(select(WebhookEndpoint).where(*mine)).first()
    if host is None or not host.active or webhook is None or webhook.disabled_at is None:
        return None
    with force_locale(str(english_of(host.locale))):
        return _letter(host.email, webhook, is_gone=bool(errand.data.get("is_gone")))


def _letter(email: str, webhook: WebhookEndpoint, *, is_gone: bool) -> Letter:
    why = (
        _("It answered that it wants no more messages (410).")
        if is_gone
        else _("For a day, no message has arrived there. Messages that were still waiting are not sent any more.")
    )
    # Without path and query, which may hold a secret of the receiver; the description tells which one it is.
    rows = [(_("Address"), urlsplit(webhook.url).netloc)]
    if webhook.description:
        rows.append((_("Description"), flattened(webhook.description)))
    return Letter(
        to=address(email),
        subject=_("A webhook was switched off"),
        heading=_("A webhook was switched off"),
        paragraphs=(why, _("Your bookings and mails are not affected.")),
        rows=tuple(rows),
        actions=(Action(_("Look at your webhooks"), site.url("/settings/webhooks")),),
        closing=(_("When the address works again, switch the webhook on."),),
    )
