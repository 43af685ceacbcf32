"""/availability: weekly hours, date overrides and holidays of each schedule; blocked time; and a preview."""

from webapp.web.schedules import blocked, dates, holidays, hours, schedules  # noqa: F401 - views register themselves
