"""Whether a statement adds up by itself: what does not is a sentence, not an exception. Pure."""

from collections.abc import Iterator, Mapping

from guangfu.income.settlement.models import Statement, StatementLine, StatementMeter
from guangfu.income.settlement.worth import rounded
from guangfu.ledger.fen import yuan_text
from guangfu.texts import Text

METER_ORDER = Text("表 {meter}：起止日期颠倒（{first} 至 {last}）", "meter {meter}: read from {first} to {last}")
METER_SUM = Text(
    "表 {meter}：（{last} − {first}）× {factor} − 损耗 {losses} = {computed} kWh，结算单为 {stated} kWh",
    "meter {meter}: ({last} - {first}) × {factor} - losses {losses} = {computed} kWh, the statement has {stated} kWh",
)
METERS_SUM = Text(
    "各表电量之和 {sum} kWh 不等于上网电量 {stated} kWh",
    "the meters' energy is {sum} kWh together, the statement's on-grid energy {stated} kWh",
)
LINE = Text(
    "{part}：{energy} kWh × {price} 元 = {computed} 元，结算单为 {stated} 元",
    "{part}: {energy} kWh × {price} yuan = {computed} yuan, the statement has {stated} yuan",
)
OVERLAP = Text("表 {meter} 的两段抄表期重叠", "two windows of meter {meter} overlap")
NO_LINES = Text("没有金额", "there is no amount")
PARTS = {"base": Text("基础电费", "base"), "subsidy": Text("补贴", "subsidy")}


def check_statement(statement: Statement, moduli_wh: Mapping[str, int | None] | None = None) -> Iterator[Text]:
    """What is wrong with a statement's own arithmetic.

    Args:
        moduli_wh: Where each meter's register starts again at 0, by meter number; a fall is wrong without it.
    """
    known = moduli_wh or {}
    for meter in statement.meters:
        yield from _meter(meter, known.get(meter.meter_number))
    for i, one in enumerate(statement.meters):
        if any(overlap(one, other) for other in statement.meters[:i]):
            yield OVERLAP.filled(meter=one.meter_number)
    total = sum(meter.settled_energy_wh for meter in statement.meters)
    if total != statement.settled_energy_wh:
        yield METERS_SUM.filled(sum=kwh(total), stated=kwh(statement.settled_energy_wh))
    if not statement.lines:
        yield NO_LINES
    for line in statement.lines:
        yield from _line(line)


def overlap(one: StatementMeter, other: StatementMeter) -> bool:
    """Do both count the same meter's same days?"""
    same = one.meter_number == other.meter_number
    return same and one.read_from < other.read_to and other.read_from < one.read_to


def _meter(meter: StatementMeter, modulus_wh: int | None) -> Iterator[Text]:
    if meter.read_from >= meter.read_to:
        yield METER_ORDER.filled(meter=meter.meter_number, first=meter.read_from, last=meter.read_to)
    computed = meter.grown_wh(modulus_wh) * meter.multiplication_factor - meter.losses_wh
    if abs(computed - meter.settled_energy_wh) > meter.tolerance_wh or meter.grown_wh(modulus_wh) < 0:
        yield METER_SUM.filled(
            meter=meter.meter_number, last=kwh(meter.last_reading_wh), first=kwh(meter.first_reading_wh),
            factor=meter.multiplication_factor, losses=kwh(meter.losses_wh), computed=kwh(computed),
            stated=kwh(meter.settled_energy_wh),
        )  # fmt: skip


def _line(line: StatementLine) -> Iterator[Text]:
    computed = rounded(line.settled_energy_wh * line.price_micro_yuan_per_kwh)
    if computed != line.settled_fen:
        words = LINE.filled(
            part="{part}", energy=kwh(line.settled_energy_wh), price=price_text(line.price_micro_yuan_per_kwh),
            computed=yuan_text(computed), stated=yuan_text(line.settled_fen),
        )  # fmt: skip
        part = PARTS[str(line.part)]
        yield Text(words.zh.format(part=part.zh), words.en.format(part=part.en))


def kwh(wh: int) -> str:
    """Energy as a statement prints it.

    >>> kwh(1234560), kwh(-10)
    ('1,234.560', '-0.010')
    """
    return f"{'-' if wh < 0 else ''}{abs(wh) // 1000:,}.{abs(wh) % 1000:03d}"


def price_text(micro: int) -> str:
    """A price in yuan per kWh without zeros at its end.

    >>> price_text(303_500), price_text(1_000_000)
    ('0.3035', '1')
    """
    return f"{micro // 1_000_000}.{micro % 1_000_000:06d}".rstrip("0").rstrip(".")
