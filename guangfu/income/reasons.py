"""Why a figure is missing or must be read with care: codes that are stored, and their words for people."""

from enum import StrEnum
from typing import Final

from guangfu.texts import Text


class Reason(StrEnum):
    """Stored in `daily_energy.reason`; without a figure it says why, beside one it says what to mind."""

    NO_METER = "no_meter"
    NO_READINGS = "no_readings"
    NO_START_READING = "no_start_reading"
    GAP_AT_MIDNIGHT = "gap_at_midnight"
    LOW_COVERAGE = "low_coverage"
    AWAITING_MIDNIGHT = "awaiting_midnight"
    SHAPED_GAP = "shaped_gap"
    ESTIMATED_LOST = "estimated_lost"
    METER_RESET = "meter_reset"
    COUNTER_IMPLAUSIBLE = "counter_implausible"
    METER_EXCHANGE = "meter_exchange"
    NO_TARIFF = "no_tariff"
    NO_SHARES = "no_shares"
    NO_HOUSEHOLDS = "no_households"
    NOT_BENEFICIARY = "not_beneficiary"
    PARTIAL = "partial"


REASON_TEXTS: Final[dict[Reason, Text]] = {
    Reason.NO_METER: Text("登记册中该日没有关口表", "the registry has no gateway meter for the day"),
    Reason.NO_READINGS: Text("数据不足：没有读数", "insufficient data: no readings"),
    Reason.NO_START_READING: Text(
        "数据不足：当日零点及以前没有读数", "insufficient data: no reading at or before the day's start"
    ),
    Reason.GAP_AT_MIDNIGHT: Text(
        "数据不足：零点处读数中断过长，电量无法归到某一天",
        "insufficient data: the gap across midnight is too long to tell one day's energy from the next",
    ),
    Reason.LOW_COVERAGE: Text("数据不足：数据完整率低于下限", "insufficient data: the coverage is under its floor"),
    Reason.AWAITING_MIDNIGHT: Text(
        "当日已结束，尚未收到次日零点读数，电量截至最后一次读数",
        "the day is over but its closing midnight reading has not come; energy is up to the last reading",
    ),
    Reason.SHAPED_GAP: Text(
        "读数中断跨零点，表码差额按邻近同类电站和晴空曲线分到各日，为估计值",
        "estimated: the register's difference over a gap, shared over its days by like stations and the clear sky",
    ),
    Reason.ESTIMATED_LOST: Text(
        "电表清零、跳变或更换，其间的电量按邻近同类电站估算，为估计值",
        "estimated: the meter was reset, leapt or was exchanged; that energy is taken from like stations nearby",
    ),
    Reason.METER_RESET: Text(
        "电表清零，清零前后之间的电量未计入", "the meter was reset; energy lost between the readings is not counted"
    ),
    Reason.COUNTER_IMPLAUSIBLE: Text(
        "表码跳变超出电站能力，该段电量未计入", "the register moved more than the station can; that step is not counted"
    ),
    Reason.METER_EXCHANGE: Text(
        "更换电表，旧表最后读数到新表首次读数之间的电量未计入",
        "the meter was exchanged; energy between the old one's last reading and the new one's first is not counted",
    ),
    Reason.NO_TARIFF: Text("没有适用的电价", "no tariff row applies"),
    Reason.NO_SHARES: Text("没有登记份额", "no share units are registered"),
    Reason.NO_HOUSEHOLDS: Text("没有登记受益户", "no beneficiary household is registered"),
    Reason.NOT_BENEFICIARY: Text("该户在此期间不是受益户", "the household is no beneficiary in the period"),
    Reason.PARTIAL: Text(
        "部分电站或日期缺数据，金额仅含已有部分", "some stations or days have no figure; the amounts are of the others"
    ),
}
