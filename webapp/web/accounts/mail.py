"""Flask-Security's mails become facts in the outbox; the worker writes them, and makes their tokens only then."""

from typing import Any

from flask import after_this_request
from flask_security import EmailValidateException, MailUtil
from werkzeug.wrappers import Response

from webapp.domain.bookings import EventKind
from webapp.domain.text import TextFault
from webapp.identity import hosts
from webapp.services.accounts import accounts
from webapp.services.shared.validation import email_address

KINDS = {
    "security/email/welcome": EventKind.ACCOUNT_CONFIRM,
    "security/email/confirmation_instructions": EventKind.ACCOUNT_CONFIRM,
    "security/email/welcome_existing": EventKind.ACCOUNT_EXISTS,
    "security/email/reset_instructions": EventKind.ACCOUNT_RESET,
    "security/email/reset_notice": EventKind.ACCOUNT_PASSWORD_CHANGED,
    "security/email/change_notice": EventKind.ACCOUNT_PASSWORD_CHANGED,
}


class OutboxMail(MailUtil):
    def send_mail(self, template: str, *_rendered: Any, **context: Any) -> None:
        accounts.note(KINDS[template], host_id=context["user"].id)
        after_this_request(_commit)

    def normalize(self, email: str) -> str:
        return self.validate(email)

    def validate(self, email: str) -> str:
        try:
            return email_address(email)
        except TextFault as fault:
            raise EmailValidateException("Type an e-mail address such as name@example.org.") from fault


def _commit(response: Response) -> Response:
    hosts.commit()
    return response
