"""The ceiling for any response in Python here: a Flask application with one route that returns a constant."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "hello"
