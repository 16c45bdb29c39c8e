"""A village's energy month: its share of what its stations are estimated, settled, received and passed on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from guangfu.clock import month_days
from guangfu.explain.cash import DEDUCTION, can_pass, rule_facts, station_received
from guangfu.explain.estimate import PART_NAMES, station_estimate, station_name
from guangfu.explain.settled import STATE, station_settled
from guangfu.explain.shares import month_share, share_formula, share_step
from guangfu.explain.source import Source
from guangfu.explain.tree import See, Step, whole
from guangfu.income.figures import DailyIncome
from guangfu.income.rules.models import Confidence, Deduction
from guangfu.income.shares import Asked, StationShares, Units, deductions_on, units_on
from guangfu.income.villages import village_stations
from guangfu.ledger.books import AGENCY, VILLAGE, Part
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.postings.passing import transfer_keys
from guangfu.ledger.split import split
from guangfu.ledger.states import Subject, state_name
from guangfu.stations.models import Station, Village
from guangfu.storage.sql.figures import read_daily_income, read_village_income
from guangfu.storage.sql.transfers import ON_THE_WAY, Transfer, TransferLine, read_transfer_lines, read_transfers
from guangfu.texts import Text

OF_MONTH: Final = Text("{village} {month} {what}", "{village} {month}, {what}")
ESTIMATED: Final = Text("预估收益", "estimated income")
EXPECTED: Final = Text("预估可分配", "estimated distributable")
SETTLED: Final = Text("结算", "settled")
RECEIVED: Final = Text("到账", "received")
PASSED: Final = Text("划拨", "passed on")
STRETCH: Final = Text("{first} 至 {last}，{n} 天", "{first} to {last}, {n} days")
THEN: Final = Text(
    "核算时的规则或登记与现在不同之差", "the rules or registry of then made another figure than those of now"
)
GROSS: Final = Text("预估收益（见上）", "estimated income, as above")
OFF: Final = Text("预估扣除", "estimated deductions")
ASKED: Final = Text("电站应扣", "the station's deductions")
LIMIT: Final = Text("以每年限额为准（元/千瓦）", "its limit of a year counts (yuan/kW)")
CAPPED: Final = Text("以收益为限", "at most the income")
NO_UNITS: Final = Text("数据不足：该月不持有村级电站份额", "insufficient data: it holds no units in the month")
NOT_PASSED: Final = Text("尚未划拨", "nothing was passed on yet")
SHARE_OF: Final = Text("应划拨份额", "the village's share of what may be passed on")
TRANSFER: Final = Text("划拨 {id}", "transfer {id}")
TO: Final = Text("苏木乡镇", "township")
SENT: Final = Text("汇出 / 到达", "sent / arrived")
REST: Final = Text("{share} − 尚未划拨 {rest} = {passed}", "{share} − not passed on yet {rest} = {passed}")
DEDUCTION_UNCONFIRMED: Final = Text("扣除规则待核实", "the deductions' rules are not confirmed")


def village_name(source: Source, village: Village) -> str:
    name = village.name_en if source.lang == "en" and village.name_en else village.name
    return f"{name}（{village.village_id}）" if source.lang == "zh-CN" else f"{name} ({village.village_id})"


def stations_of(source: Source, village_id: str, month: str) -> list[Station]:
    days = month_days(month)
    return [source.registry.stations[one] for one in village_stations(source.registry, village_id, days[0], days[-1])
            if one in source.registry.stations]  # fmt: skip


def _title(source: Source, village: Village, month: str, what: Text) -> str:
    return source.say(OF_MONTH, village=village_name(source, village), month=month, what=source.say(what))


@dataclass
class _Stretch:
    """Days of a station with the same holders."""

    units: Units
    days: list[DailyIncome] = field(default_factory=list)

    def sum_of(self, part: Part) -> int:
        name = f"estimated_{part}_fen"
        return sum(getattr(row, name) for row in self.days)

    def title(self, source: Source) -> str:
        return source.say(STRETCH, first=self.days[0].day, last=self.days[-1].day, n=len(self.days))


def _stretches(source: Source, station: Station, month: str, village_id: str) -> list[_Stretch]:
    days = month_days(month)
    found: dict[Units, _Stretch] = {}
    for row in read_daily_income(source.db, start=days[0], end=days[-1], stations=[station.station_id]):
        units = units_on(source.registry, station.station_id, row.day)
        if village_id in dict(units):
            found.setdefault(units, _Stretch(units)).days.append(row)
    return list(found.values())


def village_estimate(source: Source, village: Village, month: str, parts: Sequence[Part] = tuple(Part)) -> Step:
    """The village's share of its stations' estimates, before deductions. [fen]"""
    title = _title(source, village, month, ESTIMATED)
    stations = stations_of(source, village.village_id, month)
    steps = tuple(_station_share(source, station, village.village_id, month, parts) for station in stations)
    if not stations:
        return Step("village_estimated", title, insufficient=source.say(NO_UNITS))
    amount = whole(steps)
    why = "" if amount is not None else source.listed(dict.fromkeys(one.insufficient for one in steps))
    return Step("village_estimated", title, amount, insufficient=why, parts=steps)


def _station_share(source: Source, station: Station, village_id: str, month: str, parts: Sequence[Part]) -> Step:
    of_station = station_estimate(source, station, month, parts)
    share = share_step(source, station, month)
    title = station_name(source, station)
    if of_station.amount is None:
        why = of_station.insufficient
        return Step("station_share", title, insufficient=why, grounds=(share, of_station))
    stretches = _stretches(source, station, month, village_id)
    steps = tuple(_part_share(source, station, village_id, month, stretches, part) for part in parts)
    return Step(
        "station_share", title, whole(steps), parts=steps, grounds=(share, of_station),
        unconfirmed=of_station.unconfirmed, see=(See("station", station.station_id, month),),
    )  # fmt: skip


def _part_share(
    source: Source, station: Station, village_id: str, month: str, stretches: Sequence[_Stretch], part: Part
) -> Step:
    steps = []
    for one in stretches:
        amount = one.sum_of(part)
        share = split(Fen(amount), dict(one.units))[village_id]
        formula = share_formula(amount, dict(one.units), village_id, share)
        steps.append(Step("stretch", one.title(source), share, formula=formula))
    steps += _residual(source, station, village_id, month, f"estimated_{part}_fen", whole(steps) or 0)
    return Step("part", source.say(PART_NAMES[part]), whole(steps) or 0, parts=tuple(steps))


def _residual(
    source: Source, station: Station, village_id: str, month: str, column: str, computed: int, sign: int = 1
) -> list[Step]:
    """What was stored less what rules and registry make of it now; nothing where they agree."""
    rows = read_village_income(source.db, start=month, end=month, villages=[village_id], stations=[station.station_id])
    if not rows or sign * getattr(rows[0], column) == computed:
        return []
    return [Step("then", source.say(THEN), sign * getattr(rows[0], column) - computed)]


def village_expected(source: Source, village: Village, month: str, estimated: Step) -> Step:
    """The estimate less deductions, in their order: what the village may expect. [fen]"""
    title = _title(source, village, month, EXPECTED)
    if estimated.amount is None:
        return Step("village_expected", title, insufficient=estimated.insufficient)
    gross = Step("gross", source.say(GROSS), estimated.amount)
    stations = {one.station_id: one for one in stations_of(source, village.village_id, month)}
    counted = [
        station
        for station, step in zip(stations.values(), estimated.parts, strict=True)
        if step.amount is not None
    ]  # fmt: skip
    off = tuple(_deductions(source, station, village.village_id, month) for station in counted)
    doubt = any(one.unconfirmed for one in off)
    formula = f"{yuan_text(Fen(estimated.amount))} − {yuan_text(Fen(-(whole(off) or 0)))}"
    return Step(
        "village_expected", title, whole((gross, *off)), formula=formula, parts=(gross, *off),
        unconfirmed=source.say(DEDUCTION_UNCONFIRMED) if doubt else "",
    )  # fmt: skip


def _deductions(source: Source, station: Station, village_id: str, month: str) -> Step:
    steps, grounds = [], []
    doubt = False
    for one in _stretches(source, station, month, village_id):
        shares = StationShares(source.registry, station.station_id, source.rules)
        for row in one.days:
            shares.add(row)
        amounts = shares.amounts()
        mine = amounts[village_id]
        asked = sum(part.deductions for part in amounts.values())
        gross = sum(part.gross for part in amounts.values())
        shared = f"{yuan_text(Fen(asked))} × {yuan_text(Fen(mine.gross))} / {yuan_text(Fen(gross))}"
        steps.append(Step("stretch", one.title(source), -mine.deductions, formula=shared if gross else ""))
        rules = [rule for row in one.days for rule in deductions_on(row.day, source.rules, station)]
        doubt = doubt or any(rule.confidence is not Confidence.A and not rule.confirmed for rule in rules)
        grounds.append(_asked(source, station, one, asked))
    steps += _residual(
        source, station, village_id, month, "estimated_deductions_fen", whole(steps) or 0, sign=-1
    )  # fmt: skip
    title = f"{source.say(OFF)} {station_name(source, station)}"
    return Step(
        "deductions", title, whole(steps) or 0, parts=tuple(steps), grounds=tuple(grounds),
        unconfirmed=source.say(DEDUCTION_UNCONFIRMED) if doubt else "",
    )  # fmt: skip


def _asked(source: Source, station: Station, stretch: _Stretch, total: int) -> Step:
    """Each deduction of the station's days, rounded once, in order; they sum to what is taken."""
    bases: dict[int, list[tuple[Deduction, DailyIncome]]] = {}
    for row in stretch.days:
        for rule in deductions_on(row.day, source.rules, station):
            bases.setdefault(rule.position, []).append((rule, row))
    steps = [_one_asked(source, station, found) for _, found in sorted(bases.items())]
    over = (whole(steps) or 0) - total
    if over:
        steps.append(Step("capped", source.say(CAPPED), -over))
    return Step("asked", f"{source.say(ASKED)} {stretch.title(source)}", total, parts=tuple(steps))


def _one_asked(source: Source, station: Station, found: Sequence[tuple[Deduction, DailyIncome]]) -> Step:
    asked = Asked()
    for one, row in found:
        asked.add(one, row, station)
    rule, base = found[-1][0], sum(row.estimated_gross_fen for _, row in found)
    formula = f"{yuan_text(Fen(base))} × {rule.share_of_gross:.3%} = {yuan_text(asked.fen)}"
    title, facts = source.say(DEDUCTION, name=source.say(rule.name)), rule_facts(source, rule)
    if asked.limited:
        formula, facts = "", (*facts, source.fact(LIMIT, f"{rule.limit} × {station.capacity_dc_w / 1000:g} kW / 12"))
    return Step("asked_one", title, asked.fen, formula=formula, facts=facts)


_Explain = Callable[[Source, Station, str, Sequence[Part]], Step]


def village_settled(source: Source, village: Village, month: str, parts: Sequence[Part] = tuple(Part)) -> Step:
    """Its share of what statements settled, as it will be passed on. [fen]"""
    return _shared(source, village, month, parts, station_settled, SETTLED)


def village_received(source: Source, village: Village, month: str, parts: Sequence[Part] = tuple(Part)) -> Step:
    """Its share of what came in, before deductions. [fen]"""
    return _shared(source, village, month, parts, station_received, RECEIVED)


def _shared(source: Source, village: Village, month: str, parts: Sequence[Part], explain: _Explain, what: Text) -> Step:
    stations = stations_of(source, village.village_id, month)
    steps = tuple(_of_station(source, station, village.village_id, month, parts, explain) for station in stations)
    amount = whole(steps)
    why = source.listed(dict.fromkeys(one.insufficient for one in steps)) or source.say(NO_UNITS)
    title = _title(source, village, month, what)
    return Step(f"village_{explain.__name__.split('_')[1]}", title, amount, parts=steps,
                insufficient="" if amount is not None else why)  # fmt: skip


def _of_station(
    source: Source, station: Station, village_id: str, month: str, parts: Sequence[Part], explain: _Explain
) -> Step:
    whole_station = explain(source, station, month, parts)
    share = share_step(source, station, month)
    title = station_name(source, station)
    if whole_station.amount is None:
        return Step("station_share", title, insufficient=whole_station.insufficient, grounds=(share, whole_station))
    steps = []
    for part, of_part in zip(parts, whole_station.parts, strict=True):
        amount, formula = month_share(source, station, month, village_id, of_part.amount or 0)
        steps.append(Step("part", source.say(PART_NAMES[part]), amount, formula=formula))
    see = (See("station", station.station_id, month),)
    return Step("station_share", title, whole(steps), parts=tuple(steps), grounds=(share, whole_station), see=see)


def village_passed(source: Source, village: Village, month: str, parts: Sequence[Part] = tuple(Part)) -> Step:
    """What was passed on to the village of the energy month, transfer by transfer, and what it rests on. [fen]"""
    rows = read_transfer_lines(source.db, states=ON_THE_WAY, villages=[village.village_id])
    return passed_on(source, _title(source, village, month, PASSED), [row for row in rows if row.month == month], parts)


def passed_on(source: Source, title: str, rows: Sequence[TransferLine], parts: Sequence[Part]) -> Step:
    """Lines of transfers, by village, station and part. [fen]"""
    transfers = {one.transfer_id: one for one in read_transfers(source.db, ids=sorted({r.transfer_id for r in rows}))}
    groups: dict[tuple[str, str, str], list[TransferLine]] = {}
    for row in rows:
        if row.part in {str(part) for part in parts} and row.station_id in source.registry.stations:
            groups.setdefault((row.village_id, row.station_id, row.part), []).append(row)
    several = [len({key[n] for key in groups}) > 1 for n in (0, 1)]
    steps = tuple(_passed(source, group, transfers, several) for _, group in sorted(groups.items()))
    if not steps:
        return Step("passed_on", title, insufficient=source.say(NOT_PASSED))
    return Step("passed_on", title, whole(steps), parts=steps)


def _passed(
    source: Source, rows: Sequence[TransferLine], transfers: dict[str, Transfer], several: Sequence[bool]
) -> Step:
    """`several`: whether villages, and stations, are more than one, and so are to be named."""
    first = rows[0]
    station, part = source.registry.stations[first.station_id], Part(first.part)
    lines = tuple(_transfer(source, row, transfers[row.transfer_id]) for row in rows)
    ground = can_pass(source, station, first.month, part)
    share, formula = month_share(source, station, first.month, first.village_id, ground.amount or 0)
    passed = whole(lines) or 0
    of_share = Step(
        "passable_share", source.say(SHARE_OF), share, formula=formula,
        grounds=(share_step(source, station, first.month), ground),
    )  # fmt: skip
    names = zip((first.village_id, station_name(source, station)), several, strict=True)
    title = " · ".join([*(name for name, named in names if named), source.say(PART_NAMES[part])])
    rest = source.say(
        REST, share=yuan_text(Fen(share)), rest=yuan_text(Fen(share - passed)), passed=yuan_text(Fen(passed))
    )
    return Step("passed_part", title, passed, formula=rest, parts=lines, grounds=(of_share,))


def _transfer(source: Source, row: TransferLine, transfer: Transfer) -> Step:
    days = f"{transfer.sent_on or '—'} / {transfer.ended_on or '—'}"
    keys = transfer_keys(transfer.transfer_id)
    return Step(
        "transfer", source.say(TRANSFER, id=transfer.transfer_id), row.passed_on_fen,
        facts=(
            source.fact(TO, transfer.township), source.fact(STATE, state_name(Subject.TRANSFER, transfer.state)),
            source.fact(SENT, days), *source.vouchers(transfer.voucher_id),
        ),
        entries=(*source.entries(keys, station_id=row.station_id, book=AGENCY),
                 *source.entries(keys, station_id=row.station_id, book=VILLAGE)),
    )  # fmt: skip
