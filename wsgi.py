import gc

from webapp import create_app
from webapp.core import time_zones
from webapp.core.config import is_command
from webapp.core.logs import log
from webapp.server.gateway import Gateway
from webapp.services.operations import readiness
from webapp.web.operations import health

app = create_app()
gateway = Gateway(app)
if not is_command():  # commands load the same application, and one of them creates the tables
    log.info(time_zones.version_line())
    health.tell_at_start(app)
    with app.app_context():
        readiness.tell_at_start(app.extensions["settings"].database_url)

# Objects created at start are never freed, so garbage collection need not scan them, and can run less often. Measured
# on uncached pages: 1.2 times the throughput, and a 99th percentile of 43 ms instead of 147.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
