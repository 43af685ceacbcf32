"""A web page of the caught mails, for the user who started `make run`: every URL contains a secret key, because other
users of the machine can connect, too. The content of mails is untrusted: all of it is escaped."""

import logging
import re
import threading
from functools import partial
from io import BytesIO

from flask import Flask, Response, abort, render_template, request, send_file
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from webapp.embedded.mailcatcher.store import Attachment, Mail, MailStore
from webapp.embedded.ports import LOOPBACK

PAGE_SIZE = 50
VIEWS = ("text", "html", "raw", "attachments")
OWN_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
# A mail may only display itself in its frame. `sandbox` also applies if the URL is opened directly.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; form-action 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


def create_page(store: MailStore) -> Flask:
    page = Flask(__name__, static_folder="static", template_folder="templates")
    page.config["TRUSTED_HOSTS"] = ["localhost", LOOPBACK]  # against DNS rebinding
    page.jinja_env.filters["size"] = _size
    page.add_url_rule("/", "mails", partial(_mails, store))
    page.add_url_rule("/<int:number>", "mail", one_mail := partial(_mail, store))
    page.add_url_rule("/<int:number>/<any(html, raw, attachments):view>", "mail", one_mail)
    page.add_url_rule("/<int:number>/frame", "frame", partial(_frame, store))
    page.add_url_rule("/<int:number>/attachments/<int:index>", "attachment", partial(_attachment, store))
    page.after_request(_with_headers)
    return page


def _mails(store: MailStore) -> str:
    older_than = request.args.get("before", type=int)
    numbers = [number for number in store.numbers() if older_than is None or number < older_than]
    shown = store.summaries(numbers[:PAGE_SIZE])
    return render_template("mails.html", mails=shown, has_older=len(numbers) > PAGE_SIZE, is_first=not older_than)


def _mail(store: MailStore, number: int, view: str = "text") -> str:
    mail = _found(store, number)
    return render_template("mail.html", mail=mail, number=number, view=view, views=VIEWS)


def _frame(store: MailStore, number: int) -> Response:
    """The mail's own HTML; its links open a new tab, because the frame may not navigate."""
    html = _found(store, number).html
    page = HEAD.sub(lambda head: head[0] + '<base target="_blank">', html, count=1)
    return Response(page, headers={"Content-Security-Policy": MAIL_POLICY})


def _attachment(store: MailStore, number: int, index: int) -> Response:
    attachment = next((each for each in _found(store, number).attachments if each.index == index), None)
    if attachment is None:
        abort(404)
    content, kind = BytesIO(attachment.content), _download_type(attachment)
    answer = send_file(content, mimetype=kind, as_attachment=True, download_name=attachment.name)
    answer.headers["Content-Security-Policy"] = MAIL_POLICY
    return answer


def _download_type(attachment: Attachment) -> str:
    return "text/calendar" if attachment.content_type == "text/calendar" else "application/octet-stream"


def _found(store: MailStore, number: int) -> Mail:
    try:
        return store.mail(number)
    except FileNotFoundError:
        abort(404)


def _with_headers(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", OWN_POLICY)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _size(content: bytes) -> str:
    return f"{len(content)} bytes" if len(content) < 1000 else f"{len(content) / 1000:.1f} kB"


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Does nothing: a page for one person needs no access log."""


class PageServer:
    def __init__(self, store: MailStore, port: int, key: str) -> None:
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        page = DispatcherMiddleware(NotFound(), {f"/{key}": create_page(store)})
        self._server: BaseWSGIServer = make_server(LOOPBACK, port, page, threaded=True, request_handler=_Quiet)
        self.url = f"http://localhost:{self._server.server_port}/{key}/"
        self._thread = threading.Thread(target=self._server.serve_forever, name="caught mail", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
