"""A minimal application with a page that takes long, behind the real gateway."""

import time

from flask import Flask, Response, request

from webapp.core.config import Settings
from webapp.domain.errors import Overloaded
from webapp.server import deadlines
from webapp.server.gateway import Gateway

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1_000
app.extensions["settings"] = Settings.from_environment()
app.extensions["large_bodies"] = {"/large": 1_000_000}
deadlines.init_app(app)
counted: list[str] = []


@app.errorhandler(Overloaded)
def overloaded(error: Overloaded) -> Response:
    return Response("a page about it", 503, {"Retry-After": str(error.retry_after)})


@app.route("/slow", methods=["GET", "POST"])
def slow() -> str:
    time.sleep(5)
    return "finished"


@app.route("/quick", methods=["GET", "POST"])
def quick() -> str:
    counted.append(request.method)
    return str(len(counted))


@app.get("/healthz")
def healthz() -> str:
    return "ok"


@app.post("/small")
def small() -> str:
    return str(len(request.get_data()))


@app.post("/large")
def large() -> str:
    if request.cookies:
        request.max_content_length = 1_000_000
    return str(len(request.get_data()))


@app.get("/pieces")
def pieces() -> Response:
    return Response((b"%07d\n" % number for number in range(100_000)), mimetype="text/plain")


@app.get("/broken")
def broken() -> Response:
    def halfway() -> object:
        yield b"begun"
        raise RuntimeError("on purpose")

    return Response(halfway())  # type: ignore[arg-type]


@app.get("/environ")
def environ() -> dict[str, str]:
    return {key: value for key, value in request.environ.items() if isinstance(value, str)}


gateway = Gateway(app)
