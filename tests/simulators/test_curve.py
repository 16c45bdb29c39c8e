"""A measured curve is read as it stands, and one whole day of it is moved to a local day."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from guangfu.clock import day_start, to_ms
from guangfu.texts import Lang
from simulators.curve import BadCurve, as_local_day, nrel_file, read_curve
from simulators.replay import running_energy_wh

DAY = date(2026, 6, 1)
QUARTERS = "\n".join(f"2022-01-02 {k // 4:02d}:{k % 4 * 15:02d}:00-07:00,{k}.5" for k in range(96))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "power.csv"
    path.write_text(text)
    return path


def test_a_day_goes_from_midnight_to_midnight_of_the_day_it_becomes(tmp_path: Path) -> None:
    curve = read_curve(written(tmp_path, f"time,ac_power\n{QUARTERS}\n"))
    day = as_local_day(curve, DAY)
    start_ms = to_ms(day_start(DAY))
    assert day.at_ms.tolist() == [start_ms + 900_000 * k for k in range(97)]
    assert day.power_w.tolist() == [k + 0.5 for k in range(96)] + [95.5]


def test_kilowatts_american_dates_and_holes(tmp_path: Path) -> None:
    text = "t,AC Power [kW]\n1/2/2022 0:00,1.5\n1/2/2022 0:15,\n1/2/2022 0:30,2\n"
    curve = read_curve(written(tmp_path, text))
    assert curve.at_ms.tolist() == [1_641_081_600_000, 1_641_083_400_000]
    assert curve.power_w.tolist() == [1500, 2000]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no power column"),
        ("time,dc\n", "no power column ac_power; it has time, dc"),
        ("time,ac_power\nyesterday,1\n", "row 2: yesterday"),
        ("time,ac_power\n2022-01-02,1\n2022-01-03,many\n", "row 3: many"),
        ("time,ac_power\n2022-01-02,1\n2022-01-02,1\n", "row 3: time does not increase"),
    ],
)
def test_a_file_that_is_no_curve_is_named_with_its_row(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadCurve, match=says):
        read_curve(written(tmp_path, text))


def test_half_a_day_is_no_day(tmp_path: Path) -> None:
    curve = read_curve(written(tmp_path, "time,ac_power\n2022-01-02 00:00:00,1\n2022-01-02 12:00:00,1\n"))
    with pytest.raises(BadCurve) as error:
        as_local_day(curve, DAY)
    assert "完整的一天" in error.value.said(Lang.ZH)


def test_energy_is_the_trapezoid_of_what_goes_out() -> None:
    at_ms = np.array([0, 3_600_000, 7_200_000])
    assert running_energy_wh(at_ms, np.array([100.0, 300.0, -50.0])).tolist() == [0, 200, 350]


def test_the_measured_day_of_nrel() -> None:
    pytest.importorskip("pvanalytics")
    curve = read_curve(nrel_file())
    assert len(curve.at_ms) == 2607
    assert curve.offset_ms == -7 * 3_600_000
    day = as_local_day(curve, DAY)
    assert len(day.at_ms) == 1441
    assert 35_500 < running_energy_wh(day.at_ms, day.power_w)[-1] < 35_650
