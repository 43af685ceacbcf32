"""/availability: weekly hours, date overrides and holidays of each schedule; blocked time; the preview of it all."""

from webapp.web.schedules import blocked, dates, holidays, hours, schedules  # noqa: F401 - views register themselves
