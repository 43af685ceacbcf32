from flask import Blueprint

blueprint = Blueprint("availability", __name__, url_prefix="/availability")
