from flask import Blueprint

blueprint = Blueprint("manage", __name__, url_prefix="/manage/<token>")
