"""A read stays awake for a short wait, and sleeps at once where long ones are to be expected."""

import jax
import numpy as np
import pytest

from tfshim._src.engine import waiting


class _Value:
    """A device value that is there after so many looks."""

    def __init__(self, looks: int):
        self.looks = looks
        self.looked = 0

    def is_ready(self) -> bool:
        self.looked += 1
        return self.looked > self.looks

    def __array__(self, dtype=None, copy=None):
        return np.array([7])


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr(waiting, "_patience", waiting._Patience())
    monkeypatch.setattr(waiting, "_yield_core", lambda: None)


def test_a_value_that_is_there_is_looked_at_once():
    value = _Value(0)
    assert waiting.to_host(value).tolist() == [7] and value.looked == 1


def test_a_short_wait_ends_with_the_value():
    value = _Value(5)
    assert waiting.to_host(value).tolist() == [7] and value.looked == 6


def test_reads_that_waited_in_vain_make_the_next_ones_sleep(monkeypatch):
    monkeypatch.setattr(waiting, "AWAKE_US", -1)  # every wait is too long
    never = 10**9
    looked = []
    for _ in range(12):
        value = _Value(never)
        waiting.to_host(value)
        looked.append(value.looked)
    # awake in vain, then 1, 2, 4, ... reads that look once only
    assert looked == [2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 2, 1]
    monkeypatch.setattr(waiting, "AWAKE_US", 10**6)
    waiting._patience.skip = 0
    waiting.to_host(_Value(3))
    assert waiting._patience.next == 1


def test_without_a_way_to_give_the_core_away_a_read_sleeps(monkeypatch):
    monkeypatch.setattr(waiting, "_yield_core", None)
    value = _Value(5)
    assert waiting.to_host(value).tolist() == [7] and value.looked == 0


def test_a_tracer_has_no_value_to_wait_for():
    with pytest.raises(jax.errors.TracerArrayConversionError):
        jax.jit(waiting.to_host)(1.0)
