"""Instants as vendors write them, to the millisecond; what is finer is cut off, as readings have none."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from guangfu.clock import CHINA
from guangfu.telemetry.mapping.scalars import EXACT, BadValue, Num, exact, quoted

UNITS: Final = {"s": Decimal(1000), "ms": Decimal(1), "us": Decimal("0.001")}
ISO: Final = "iso"
_DIRECTIVES: Final = frozenset("YmdHMSfz")
_NEEDED: Final = frozenset("YmdHM")
_OFFSET: Final = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True)
class TimeFormat:
    """`s`, `ms`, `us` since 1970 UTC; `iso`; or a template of `strptime`. `zone` is for texts that name none."""

    name: str
    zone: tzinfo | None = None

    def to_ms(self, raw: object) -> int:
        """Milliseconds since 1970 UTC.

        Raises:
            BadValue: Not an instant of this format.
        """
        unit = UNITS.get(self.name)
        found = _counted(raw, unit) if unit is not None else self._read(raw)
        if not 0 <= found < 2**63:
            raise BadValue(f"no instant since 1970: {quoted(raw)}")
        return found

    def _read(self, raw: object) -> int:
        if not isinstance(raw, str):
            raise BadValue(f"not a time in text: {quoted(raw)}")
        try:
            at = datetime.fromisoformat(raw) if self.name == ISO else datetime.strptime(raw, self.name)  # noqa: DTZ007
            at = at if at.tzinfo is not None else at.replace(tzinfo=self.zone)
            if at.tzinfo is None:
                raise BadValue(f"a time without a zone, and the mapping names none: {quoted(raw)}")
            return (at - _EPOCH) // _MS
        except (ValueError, OverflowError):
            raise BadValue(f"not a time in the format {self.name}: {quoted(raw)}") from None


def _counted(raw: object, unit_ms: Decimal) -> int:
    if not isinstance(raw, str):
        raise BadValue(f"not a number: {quoted(raw)}")
    try:
        return int(EXACT.multiply(exact(raw), unit_ms).to_integral_value(ROUND_FLOOR))
    except ArithmeticError:
        raise BadValue(f"no instant since 1970: {quoted(Num(raw))}") from None


def zone_of(name: str) -> tzinfo | None:
    """The zone of a name: `Asia/Shanghai`, `UTC`, or an offset such as `+08:00`; `None` for another.

    >>> zone_of("-03:30").utcoffset(None)
    datetime.timedelta(days=-1, seconds=73800)
    """
    if name in {"UTC", "Asia/Shanghai"}:
        return UTC if name == "UTC" else CHINA
    offset = _OFFSET.fullmatch(name)
    if offset is None or int(offset[2]) > 23 or int(offset[3]) > 59:
        return None
    minutes = int(offset[2]) * 60 + int(offset[3])
    return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))


def fault_of_format(name: str, *, has_zone: bool) -> tuple[str, str] | None:
    """What is wrong with a format as it stands in a mapping, if anything, in English and Chinese."""
    if name in UNITS:
        zoned = "a count since 1970 UTC has no zone of its own", "自 1970 年 UTC 起的计数没有时区"
        return zoned if has_zone else None
    if name == ISO:
        return None
    directives = frozenset(re.findall(r"%(.)", name))
    if not directives:
        example = "%Y-%m-%d %H:%M:%S"
        return (
            f"{name}: not s, ms, us, iso or a template such as {example}",
            f"{name}：应为 s、ms、us、iso 或如 {example} 的模板",
        )
    unknown, lacking = sorted(directives - _DIRECTIVES), sorted(_NEEDED - directives)
    if unknown or lacking:
        which = f"%{' %'.join(unknown or lacking)}"
        return (
            f"{name}: of a template, {which} {'is not taken' if unknown else 'is missing'}",
            f"{name}：模板中的 {which} {'不支持' if unknown else '缺少'}",
        )
    if has_zone == ("z" in directives):
        return f"{name}: a template needs either %z or a zone", f"{name}：模板要么有 %z，要么有 zone"
    return None
