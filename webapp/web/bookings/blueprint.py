from flask import Blueprint

blueprint = Blueprint("bookings", __name__, url_prefix="/bookings")
