"""The mail catcher: takes every mail by SMTP, sends none, keeps each as a file and shows them on a local page.

`MailSink` alone is the SMTP server that tests send to, with faults on demand.
"""

from webapp.embedded.mailcatcher.catcher import MailCatcher, start_mail_catcher
from webapp.embedded.mailcatcher.sink import Fault, MailSink, Received
from webapp.embedded.mailcatcher.store import MailStore

__all__ = ["Fault", "MailCatcher", "MailSink", "MailStore", "Received", "start_mail_catcher"]
