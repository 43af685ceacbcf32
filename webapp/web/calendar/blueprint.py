from flask import Blueprint

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")
