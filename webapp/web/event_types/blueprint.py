from flask import Blueprint

blueprint = Blueprint("event_types", __name__, url_prefix="/event-types")
