"""/availability: weekly hours, date overrides and holidays of each schedule; blocked time; the preview of it all."""

from webapp.web.availability import blocked, dates, holidays, hours, schedules
from webapp.web.availability.blueprint import blueprint

__all__ = ["blocked", "blueprint", "dates", "holidays", "hours", "schedules"]
