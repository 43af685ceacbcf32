from flask import Blueprint

blueprint = Blueprint("privacy", __name__, url_prefix="/privacy")
