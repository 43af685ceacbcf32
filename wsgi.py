import gc

from webapp import create_app
from webapp.core import time_zones
from webapp.core.config import is_command
from webapp.core.logs import log
from webapp.services.operations import readiness
from webapp.web.operations import health

app = create_app()
if not is_command():  # commands load the same application, and one of them makes the tables
    log.info(time_zones.version_line())
    health.tell_at_start(app)
    with app.app_context():
        readiness.tell_at_start(app.extensions["settings"].database_url)

# What was made at start stays for good: to look for garbage in it, and so often, only costs. Measured on pages that are
# worked out anew: 1.2 times as many, and the slowest of a hundred after 43 ms instead of 147.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
