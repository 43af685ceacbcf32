"""Language and formats of the request: English texts, with the formats of the reader's region."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request
from flask_babel import get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from webapp.core.extensions import babel
from webapp.words import formats, zone_names


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=current_locale)  # type: ignore[no-untyped-call]
    app.jinja_env.globals.update(_=_translate, gettext=_translate)
    app.jinja_env.globals.update(current_locale=current_locale, uses_24_hours=uses_24_hours)
    app.jinja_env.filters.update(
        format_time=format_time,
        format_day=format_day,
        format_day_short=format_day_short,
        format_month=format_month,
        zone_place=zone_place,
    )
    app.jinja_env.globals.update(format_range=format_range, zone_label=zone_label)


def current_locale() -> Locale:
    """From Accept-Language, once per request."""
    if "locale" not in g:
        best = request.accept_languages.best if has_request_context() else None
        g.locale = formats.english_of(best or "en")
    locale: Locale = g.locale
    return locale


def format_time(moment: datetime, time_zone: str) -> str:
    return formats.format_time(moment, time_zone, current_locale())


def format_day(day: date) -> str:
    return formats.format_day(day, current_locale())


def format_day_short(day: date) -> str:
    return formats.format_day_short(day, current_locale())


def format_month(day: date) -> str:
    return formats.format_month(day, current_locale())


def format_range(start: datetime, end: datetime, time_zone: str) -> str:
    return formats.format_range(start, end, time_zone, current_locale())


def zone_label(time_zone: str, moment: datetime) -> str:
    return zone_names.zone_label(time_zone, moment, current_locale())


def zone_place(time_zone: str) -> str:
    """`Europe/Berlin` -> `Berlin`."""
    return zone_names.zone_place(time_zone, current_locale())


def uses_24_hours() -> bool:
    return formats.uses_24_hours(current_locale())


@pass_eval_context
def _translate(context: EvalContext, message: str, **variables: Any) -> str:
    """`_()` in templates. Flask-Babel's own looks up the request's language for each text, and a page has fifty of
    them: that took half of its time."""
    text = _catalogue().gettext(message)
    return (_markup(text) if context.autoescape else text) % variables


@lru_cache(maxsize=4096)
def _markup(text: str) -> Markup:
    return Markup(text)  # noqa: S704  a text of ours or of its translators; what is filled in is escaped


def _catalogue() -> NullTranslations:
    """The catalogue of the request's language; Flask-Babel's `refresh` and `force_locale` discard it."""
    context = g.get("_flask_babel")
    known = context and vars(context).get("babel_translations")
    if not known:
        known = get_translations()
        g._flask_babel.babel_translations = known
    return cast(NullTranslations, known)
