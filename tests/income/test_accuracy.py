"""How near a station's month comes to the truth, with a tenth of the readings missing and everything else wrong.

The same at scale, on the whole fleet and four months, is in `make bench ONLY=accounting`.
"""

from datetime import date
from functools import cache

import numpy as np
import pytest

from tests.income.simulated import STEP_WH, Accuracy, World, accuracy, rdtools_error, world

MONTHS = [date(2026, 6, 1), date(2026, 9, 1), date(2026, 12, 1)]
STATIONS = 64


@cache
def of(month: date) -> World:
    return world(month.month, month, STATIONS)


@cache
def measured() -> Accuracy:
    return Accuracy.of_all([accuracy(of(month), month.month) for month in MONTHS])


def test_a_tenth_is_missing_and_no_month_is_without_a_figure() -> None:
    missing = 1 - np.mean([of(month).read.mean() for month in MONTHS])
    assert 0.09 < missing < 0.15
    assert measured().whole.all()


def test_the_error_of_a_month() -> None:
    assert np.median(measured().error) < 0.003
    assert measured().error.max() < 0.02


def test_the_truth_is_in_the_interval_of_95_percent() -> None:
    assert measured().inside.mean() >= 0.93


def test_the_truth_of_an_estimated_day_is_in_its_interval() -> None:
    assert measured().estimated.mean() > 0.1
    assert measured().estimated_inside.mean() >= 0.93


def test_a_day_that_is_not_estimated_is_exact() -> None:
    measured_days = ~measured().estimated
    assert np.abs(measured().day_low - measured().day_truth)[measured_days].max() <= STEP_WH


def test_an_interval_says_something() -> None:
    """Half of the months are certain, and hardly one is more uncertain than two days in thirty."""
    width = (measured().high - measured().low) / measured().truth
    assert np.median(width) < 0.01
    assert np.quantile(width, 0.95) < 2 / 30


@pytest.mark.filterwarnings("ignore:A future version of pandas will return a BaseOffset")
def test_rdtools_on_the_same_readings_is_farther_off() -> None:
    error = np.concatenate([rdtools_error(of(month)) for month in MONTHS])
    assert np.median(error) > np.median(measured().error)
    assert error.max() > measured().error.max()
