"""VAT that is in the price: gross, tax and net are three figures, rounded once a station, month and part. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guangfu.clock import month_days
from guangfu.income.rules.models import Confidence, Rules, Taxpayer, Vat
from guangfu.income.shares import is_for, scope_rank
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Station

_UNIT = 10**6


@dataclass(frozen=True, slots=True)
class VatMonth:
    """The VAT in a part of a station's month: `gross` = `net` + `tax`; `refund` is what of it comes back. [fen]

    `exempt`: the rate is none, or the month's sales are under the threshold.
    """

    station_id: str
    month: str
    part: Part
    gross: Fen
    tax: Fen
    net: Fen
    refund: Fen
    taxpayer: Taxpayer
    vat_id: str
    exempt: bool
    unconfirmed: bool


def month_vat(station: Station, month: str, settled: Mapping[Part, Fen], rules: Rules) -> list[VatMonth]:
    """The VAT in each part of a station's month, by the rules in force on its first day.

    A month whose sales without tax, of all parts that have a threshold, are at most the threshold is exempt. Of the
    rules, the station's own goes before its banner's, one for the part before one for both, then the later.

    Args:
        settled: The month's gross by part, VAT included; may be negative after a correction. [fen]

    Returns:
        One row for each part that has a rule.

    Source:
        财税〔2016〕81号 for what was given back; the other rows of `vat.csv` are not confirmed.
    """
    day = month_days(month)[0]
    found = {part: rule for part in settled if (rule := vat_rule(station, part, day, rules)) is not None}
    within = [part for part, rule in found.items() if rule.threshold_fen is not None]
    sales = sum(settled[part] - tax_in(settled[part], found[part].share) for part in within)
    return [
        _row(station, month, part, settled[part], rule, rule.threshold_fen is not None and sales <= rule.threshold_fen,
             vat_rule(station, part, day, rules, refund=True))
        for part, rule in found.items()
    ]  # fmt: skip


def tax_in(gross: int, rate: Decimal) -> Fen:
    """The tax in a price that includes it, half up; of a correction, the opposite.

    >>> tax_in(113, Decimal("0.13")), tax_in(-113, Decimal("0.13")), tax_in(101, Decimal("0.01"))
    (13, -13, 1)
    """
    share = int(rate.scaleb(6))
    tax = (2 * abs(gross) * share + _UNIT + share) // (2 * (_UNIT + share))
    return Fen(tax if gross >= 0 else -tax)


def vat_rule(station: Station, part: Part, day: date, rules: Rules, *, refund: bool = False) -> Vat | None:
    """The rate, or the refund, that holds for a part on a day."""
    fitting = [rule for rule in rules.vat if rule.refund is refund and _fits(rule, station, part, day)]
    return max(fitting, key=_nearness, default=None)


def _nearness(rule: Vat) -> tuple[int, bool, bool, date]:
    return scope_rank(rule.station_id, rule.banner_code), rule.part is not None, rule.kind is not None, rule.valid_from


def _fits(rule: Vat, station: Station, part: Part, day: date) -> bool:
    return (
        rule.kind in {None, station.kind}
        and rule.part in {None, part}
        and is_for(rule.station_id, rule.banner_code, station)
        and rule.valid_from <= day <= (rule.valid_to or date.max)
    )


def _row(
    station: Station, month: str, part: Part, gross: Fen, rule: Vat, under: bool, refund: Vat | None
) -> VatMonth:  # fmt: skip
    exempt = under or rule.share == 0
    tax = Fen(0) if exempt else tax_in(gross, rule.share)
    back = (2 * abs(tax) * int(refund.share.scaleb(6)) + _UNIT) // (2 * _UNIT) if refund else 0
    return VatMonth(
        station_id=station.station_id,
        month=month,
        part=part,
        gross=gross,
        tax=tax,
        net=Fen(gross - tax),
        refund=Fen(back if tax >= 0 else -back),
        taxpayer=rule.taxpayer,
        vat_id=rule.vat_id,
        exempt=exempt,
        unconfirmed=any(one.confidence is Confidence.C and not one.confirmed for one in (rule, refund) if one),
    )
