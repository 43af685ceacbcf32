"""/availability: weekly hours, date overrides and holidays of each schedule; blocked time; the preview of it all."""

from webapp.web.schedules import blocked, dates, holidays, hours, schedules
from webapp.web.schedules.blueprint import blueprint

__all__ = ["blocked", "blueprint", "dates", "holidays", "hours", "schedules"]
