"""The ceiling of any answer in Python here: a Flask application of one route that returns a constant."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "hello"
