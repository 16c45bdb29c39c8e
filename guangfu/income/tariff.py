"""Which price a station's energy has on a day, by which document, and how sure that is."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from guangfu.clock import month_of, years_after
from guangfu.income.rules.models import BasePrice, Confidence, Doubt, MarketPrice, Rules, TariffRule
from guangfu.stations.models import Grid, Station
from guangfu.texts import Text, joined

YEARS: Final = 20
"""A tariff holds for twenty years from grid connection."""
_GRIDS: Final = {Grid.MENGXI: Text("蒙西", "Mengxi grid"), Grid.MENGDONG: Text("蒙东", "Mengdong grid")}
_STEP: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class TariffRow:
    """The price of a station's on-grid energy, VAT included; `price` = `base` + `subsidy`. [yuan/kWh]

    `unconfirmed` says that the price, or its division into base and subsidy, rests on something that nobody has
    confirmed yet, and `because` says on what. `price_unconfirmed` is about the price alone. `top_up` is the part of
    the base that a contract for difference adds to the market price; 0 where the base is fixed.
    """

    tariff_id: str
    price: Decimal
    base: Decimal
    subsidy: Decimal
    top_up: Decimal
    document: str
    base_document: str
    confidence: Confidence
    base_confidence: Confidence
    price_unconfirmed: bool
    unconfirmed: bool
    because: Text | None


def find_tariff(station: Station, day: date, rules: Rules) -> TariffRow | None:
    """The tariff of a station on a local day, or `None` where no row applies to it.

    The price is that of the first row of `tariffs.csv` whose conditions all hold, for twenty years from grid
    connection and no longer than the station is on grid. A village-level station that was on grid before 2018 has the
    ordinary tariff of its year. The base is
    the grid's coal benchmark price; in a month with a market price, it is the market price topped up to the
    mechanism price for the mechanism's share of the energy. The subsidy is the tariff less the benchmark price.

    Source:
        The documents named in `rules/tariffs.csv`; 发改价格〔2025〕136号 for the market.
    """
    rule = tariff_rule(station, rules)
    benchmark = base_price(station.grid, day, rules)
    if rule is None or benchmark is None or not station.grid_connected_on <= day < tariff_end(station):
        return None
    market = rules.market_prices.get((station.grid, month_of(day)))
    top_up = _top_up(market) if market else Decimal(0)
    base = market.market + top_up if market else benchmark.price
    price = rule.prices[station.resource_zone]
    subsidy = price - benchmark.price
    on_price, on_base, notes = (
        _price_doubts(station, rule, rules),
        _base_doubts(benchmark, market),
        _notes(station, rule, rules),
    )
    return TariffRow(
        tariff_id=rule.tariff_id,
        price=base + subsidy if market else price,
        base=base,
        subsidy=subsidy,
        top_up=top_up,
        document=rule.document,
        base_document=market.document if market else benchmark.document,
        confidence=rule.confidence,
        base_confidence=market.confidence if market else benchmark.confidence,
        price_unconfirmed=bool(on_price),
        unconfirmed=bool(on_price or on_base),
        because=joined([*on_price, *on_base, *notes]),
    )


def tariff_rule(station: Station, rules: Rules) -> TariffRule | None:
    """The first row whose conditions all hold for the station."""
    return next((rule for rule in rules.tariffs if _matches(rule, station)), None)


def base_price(grid: Grid, day: date, rules: Rules) -> BasePrice | None:
    """The grid's coal benchmark price on a day."""
    begun = [price for price in rules.base_prices if price.grid is grid and price.valid_from <= day]
    return max(begun, key=lambda price: price.valid_from, default=None)


def _matches(rule: TariffRule, station: Station) -> bool:
    return (
        rule.kind in {None, station.kind}
        and rule.joint in {None, station.joint}
        and rule.station_id in {None, station.station_id}
        and _within(rule.grid_from, station.grid_connected_on, rule.grid_to)
        and _planned(rule, station)
    )


def _planned(rule: TariffRule, station: Station) -> bool:
    """The filing date or the plan year; where a row asks for both, one is enough."""
    filed = (
        None if rule.filed_from is rule.filed_to is None else _within(rule.filed_from, station.filed_on, rule.filed_to)
    )
    planned = None if rule.plan_year_to is None else station.plan_year <= rule.plan_year_to
    asked = [condition for condition in (filed, planned) if condition is not None]
    return any(asked) or not asked


def _within(start: date | None, day: date, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def tariff_end(station: Station) -> date:
    """The first day on which a station has no tariff any more."""
    return min(years_after(station.grid_connected_on, YEARS), station.closed_on or date.max)


def _top_up(market: MarketPrice) -> Decimal:
    return (market.share * (market.mechanism - market.market)).quantize(_STEP, ROUND_HALF_UP)


def _price_doubts(station: Station, rule: TariffRule, rules: Rules) -> list[Text]:
    recalled = Text(f"电价依据{rule.document}待核实", f"the tariff by {rule.document} is recalled, not confirmed")
    own = [recalled] if rule.confidence is Confidence.C and not rule.confirmed else []
    doubts = [doubt.text for doubt in rules.doubts if doubt.affects_price and _applies(doubt, station, rule)]
    return [] if rule.confirmed else [*own, *doubts]


def _notes(station: Station, rule: TariffRule, rules: Rules) -> list[Text]:
    """Doubts about a document's number: they change no figure."""
    return [doubt.text for doubt in rules.doubts if not doubt.affects_price and _applies(doubt, station, rule)]


def _applies(doubt: Doubt, station: Station, rule: TariffRule) -> bool:
    return (
        not doubt.confirmed
        and doubt.kind in {None, station.kind}
        and doubt.joint in {None, station.joint}
        and doubt.tariff_id in {None, rule.tariff_id}
        and _within(doubt.grid_from, station.grid_connected_on, doubt.grid_to)
        and (doubt.capacity_over_kw is None or station.capacity_dc_w > doubt.capacity_over_kw * 1000)
    )


def _base_doubts(benchmark: BasePrice, market: MarketPrice | None) -> list[Text]:
    doubts = []
    grid = _GRIDS[benchmark.grid]
    if benchmark.confidence is Confidence.C and not benchmark.confirmed:
        zh = f"{grid.zh}基准价 {benchmark.price} 元/千瓦时待核实，基础与补贴的划分以它为准"
        en = (
            f"the {grid.en}'s benchmark price of {benchmark.price} yuan/kWh, dividing base from subsidy, is unconfirmed"
        )
        doubts.append(Text(zh, en))
    if market is not None and market.confidence is Confidence.C and not market.confirmed:
        doubts.append(
            Text(
                f"{grid.zh}{market.month} 市场价待核实",
                f"the {grid.en}'s market price of {market.month} is not confirmed",
            )
        )
    return doubts
