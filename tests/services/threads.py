"""Runs several commands at the same time."""

import threading
from collections.abc import Callable

from flask import Flask

from webapp.core.extensions import db


def at_once(app: Flask, *acts: Callable[[], object]) -> list[Exception]:
    """Run each in a thread and context of its own; what they raised."""
    faults: list[Exception] = []
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                act()
            except Exception as fault:  # noqa: BLE001  shown by the assertion
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return faults
