"""The mail that answers somebody who asks what is held about their address. Its link is made when it is written, so
that a late mail carries one that works."""

from babel.dates import format_timedelta
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.core.extensions import site
from webapp.effects.letters.letter import Action, Letter, address
from webapp.services.privacy.guests import LINK_SECONDS, asker
from webapp.services.shared.links import privacy_url
from webapp.words.formats import english_of


def guest_data_letter(session: Session, guest_id: int) -> Letter | None:
    """None once the guest has been erased."""
    found = asker(session, guest_id)
    if found is None:
        return None
    locale = english_of(found.locale)
    with force_locale(str(locale)):
        period = format_timedelta(LINK_SECONDS, locale=locale)
        return Letter(
            to=address(found.email),
            subject=_("Your data at %(site)s", site=site.domain),
            heading=_("See, download or erase your data"),
            paragraphs=(
                _("Somebody asked what is kept here about this address: the times you booked, and what you wrote."),
            ),
            actions=(Action(_("Show my data"), privacy_url(found.token)),),
            closing=(
                _("The link works for %(period)s. Whoever has it sees what you would see.", period=period),
                _("If it was not you, you need do nothing."),
            ),
            language=str(locale.language),
        )
