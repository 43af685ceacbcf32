"""Processor time per address."""

import pytest

from webapp.web.operations import budget
from webapp.web.operations.budget import SECONDS, SECONDS_PER_SECOND, Budget


def test_an_address_that_has_used_much_waits_and_others_do_not() -> None:
    spent = Budget()
    spent.charge("one", SECONDS, 0.0)
    assert spent.wait("one", 0.0) == 0
    spent.charge("one", 1.0, 0.0)
    assert spent.wait("one", 0.0) == round(1 / SECONDS_PER_SECOND)
    assert spent.wait("other", 0.0) == 0


def test_waiting_is_enough() -> None:
    spent = Budget()
    spent.charge("one", SECONDS + 0.3, 100.0)
    seconds = spent.wait("one", 100.0)
    assert seconds == 2
    assert spent.wait("one", 100.0 + seconds) == 0


def test_what_is_spared_does_not_add_up() -> None:
    spent = Budget()
    spent.charge("one", 0.1, 0.0)
    spent.charge("one", SECONDS + 1, 10_000.0)
    assert spent.wait("one", 10_000.0) > 0


def test_memory_is_bounded_and_keeps_the_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MOST_ADDRESSES", 10)
    spent = Budget()
    for number in range(100):
        spent.charge(f"address {number}", 0.01, 0.0)
        spent.charge("busy", 1.0, 0.0)
    assert len(spent._used) == 10
    assert spent.wait("busy", 0.0) > 0
