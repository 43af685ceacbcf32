"""The select of time zones: 25 kB of markup that is the same for everybody, but for one word."""

from functools import lru_cache

from babel import Locale
from markupsafe import Markup, escape

from webapp import zone_names
from webapp.web.i18n import zone_choices


def zone_options(selected: str, locale: Locale) -> Markup:
    """<optgroup>s by region. A name that is valid but not listed (an old one, as some browsers give) comes first."""
    options = _options(str(locale))
    here = f'value="{escape(selected)}"'
    if here in options:
        return Markup(options.replace(here, f"{here} selected", 1))  # noqa: S704 - of our own escaped parts
    first = Markup('<option value="{}" selected>{}</option>').format(selected, zone_names.zone_place(selected, locale))
    return first + Markup(options)  # noqa: S704


@lru_cache(maxsize=16)
def _options(_locale: str) -> str:
    option, group = Markup('<option value="{}">{}</option>'), Markup('<optgroup label="{}">{}</optgroup>')
    return str(
        Markup("").join(
            group.format(region, Markup("").join(option.format(*choice) for choice in choices))
            for region, choices in zone_choices().items()
        )
    )
