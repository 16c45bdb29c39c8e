"""The columns of each table: their headers in both languages, units, how a cell is read and written."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from guangfu.stations import cells
from guangfu.stations.cells import Parser, cell_of
from guangfu.stations.models import DeviceKind, Grid, StationKind, Zone
from guangfu.stations.tables import Table
from guangfu.texts import Text

UNITS: Final = {
    "capacity": {"w": 1, "kw": 1_000, "mw": 1_000_000},
    "energy": {"wh": 1, "kwh": 1_000, "mwh": 1_000_000},
}
"""Factor from the unit in a header to the unit that the registry keeps."""

SHOWN_UNIT: Final = {"capacity": "kW", "energy": "kWh"}
"""The unit of a workbook's columns."""

_Words = Mapping[Any, tuple[str, ...]]
"""The words for each value of an enumeration, or of yes and no."""

MOST_W: Final = 5_000_000_000
MOST_WH: Final = 10**15


@dataclass(frozen=True)
class Column:
    """A column of one field.

    `zh` is its Chinese header, without the unit for a `quantity`; `also` are further headers that are
    understood. A blank cell is a fault if `needed`, otherwise it is `default`.
    """

    field: str
    zh: str
    note: Text
    parse: Parser
    needed: bool = True
    default: object = None
    also: tuple[str, ...] = ()
    quantity: str | None = None
    most: int = 0
    words: Mapping[Any, str] | None = None
    write: Callable[[object], str] = cell_of

    @property
    def title(self) -> str:
        """The header in a workbook: `装机容量（kW）`."""
        return f"{self.zh}（{SHOWN_UNIT[self.quantity]}）" if self.quantity else self.zh


class Heading(NamedTuple):
    """What a header means: a column, and how its cells are read in the header's unit."""

    column: Column
    parse: Parser


def normal(header: str) -> str:
    """A header as it is compared: half-width, lower case, without blanks.

    >>> normal(" 装机容量（kW） ")
    '装机容量(kw)'
    """
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", header)).casefold()


@cache
def headings(table: Table) -> Mapping[str, Heading]:
    """Every header that a table understands, in its normal form."""
    return {
        normal(header): Heading(column, parse)
        for column in COLUMNS[table]
        for header, parse in _headers(column).items()
    }


def _headers(column: Column) -> dict[str, Parser]:
    names = (column.field, column.zh, *column.also)
    if column.quantity is None:
        return dict.fromkeys(names, column.parse)
    units = UNITS[column.quantity]
    stem = column.field.rsplit("_", 1)[0]
    parsers = {unit: cells.scaled(factor, column.most) for unit, factor in units.items()}
    return {f"{stem}_{unit}": parse for unit, parse in parsers.items()} | {
        f"{name}({unit})": parse for name in names[1:] for unit, parse in parsers.items()
    }


def in_shown_unit(column: Column, value: int) -> Decimal:
    """A quantity in the unit of a workbook's column."""
    assert column.quantity is not None
    return Decimal(value) / UNITS[column.quantity][SHOWN_UNIT[column.quantity].lower()]


_KINDS: Final[_Words] = {
    StationKind.CENTRALIZED: ("集中式电站", "集中式"),
    StationKind.VILLAGE: ("村级电站", "村级"),
}
_ZONES: Final[_Words] = {
    Zone.I: ("I", "Ⅰ", "一类", "1"),
    Zone.II: ("II", "Ⅱ", "二类", "2"),
    Zone.III: ("III", "Ⅲ", "三类", "3"),
}
_GRIDS: Final[_Words] = {Grid.MENGXI: ("蒙西",), Grid.MENGDONG: ("蒙东",)}
_DEVICES: Final[_Words] = {
    DeviceKind.METER: ("关口表", "电表"),
    DeviceKind.INVERTER: ("逆变器",),
    DeviceKind.WEATHER: ("气象站",),
}
_YES_NO: Final[_Words] = {True: ("是", "true", "yes", "1"), False: ("否", "false", "no", "0")}


def _plain(field: str, zh: str, note: Text, *, needed: bool = True, also: tuple[str, ...] = ()) -> Column:
    return Column(field, zh, note, cells.text, needed=needed, also=also)


def _id(field: str, zh: str, note: Text, *, also: tuple[str, ...] = ()) -> Column:
    return Column(field, zh, note, cells.identifier, write=str, also=also)


def _code(field: str, zh: str, note: Text) -> Column:
    return Column(field, zh, note, cells.code, write=str)


def _choice(field: str, zh: str, note: Text, names: _Words, *, needed: bool = True, default: object = None) -> Column:
    """The first word of each value is the one that a workbook shows."""
    understood = {word.casefold(): value for value, words in names.items() for word in (cell_of(value), *words)}
    first = {value: words[0] for value, words in names.items()}
    parse = cells.choice(understood, first.values())
    return Column(field, zh, note, parse, needed=needed, default=default, words=first)


def _yes_no(field: str, zh: str, note: Text) -> Column:
    return _choice(field, zh, note, _YES_NO, needed=False, default=False)


def _capacity(field: str, zh: str, note: Text, *, needed: bool = True, also: tuple[str, ...] = ()) -> Column:
    parse = cells.scaled(1, MOST_W)
    return Column(field, zh, note, parse, needed=needed, also=also, quantity="capacity", most=MOST_W)


def _day(field: str, zh: str, note: Text, *, needed: bool = True) -> Column:
    return Column(field, zh, note, cells.day, needed=needed)


_FROM: Final = _day("valid_from", "生效日期", Text("从这一天起成立", "true from this day on"))
_TO: Final = _day(
    "valid_to", "失效日期", Text("这一天起不再成立；空：至今有效", "no longer true from this day; blank: still true"),
    needed=False,
)  # fmt: skip
_STATION: Final = _id("station_id", "电站编号", Text("在电站表中", "in the table of stations"))
_VILLAGE: Final = _id("village_id", "嘎查村编号", Text("在嘎查村表中", "in the table of villages"))
_NAME_EN: Final = _plain("name_en", "英文名称", Text("空：同名称", "blank: the same as the name"), needed=False)
_ZONE_NOTE: Final = Text("I、II、III；空：按旗县", "I, II, III; blank: the banner's")
_GRID_NOTE: Final = Text("蒙西、蒙东；空：按旗县", "mengxi, mengdong; blank: the banner's")
_LON: Final = cells.real(-180, 180)
_LAT: Final = cells.real(-90, 90)
_DEGREES: Final = Text("WGS 84，度", "WGS 84, degrees")

_PLACE: Final = (
    _choice("resource_zone", "资源区", Text("I、II、III", "I, II, III"), _ZONES),
    _choice("grid", "电网", Text("蒙西、蒙东", "mengxi, mengdong"), _GRIDS),
    Column("seat_lon", "驻地经度", _DEGREES, _LON),
    Column("seat_lat", "驻地纬度", _DEGREES, _LAT),
)

COLUMNS: Final[Mapping[Table, tuple[Column, ...]]] = {
    Table.REGISTRY: (
        _yes_no("synthetic", "演示数据", Text("整个登记册是否为演示数据", "is the whole registry made up")),
    ),
    Table.LEAGUES: (
        _code("code", "盟市代码", Text("GB/T 2260", "GB/T 2260")),
        _plain("name", "盟市名称", Text("", "")),
        _NAME_EN,
        *_PLACE,
    ),
    Table.BANNERS: (
        _code("code", "旗县代码", Text("GB/T 2260", "GB/T 2260")),
        _plain("name", "旗县名称", Text("", "")),
        _NAME_EN,
        _code("league_code", "盟市代码", Text("在盟市表中", "in the table of leagues")),
        *_PLACE,
    ),
    Table.VILLAGES: (
        _id("village_id", "嘎查村编号", Text("自编，不得复用", "your own; never used twice")),
        _plain("name", "嘎查村名称", Text("", ""), also=("村名称",)),
        _NAME_EN,
        _plain("township", "苏木乡镇", Text("", "")),
        _plain(
            "township_en", "苏木乡镇英文名称", Text("空：同苏木乡镇", "blank: the same as the township"), needed=False,
        ),
        _code("banner_code", "旗县代码", Text("在旗县表中", "in the table of banners")),
    ),
    Table.STATIONS: (
        _id("station_id", "电站编号", Text("自编，用于报文主题，不得复用", "your own, in topics; never used twice")),
        _plain("name", "电站名称", Text("", "")),
        _NAME_EN,
        _choice("kind", "电站类型", Text("集中式电站、村级电站", "centralized, village"), _KINDS),
        _yes_no("joint", "联村电站", Text("多个村共有：是；空：否", "owned by several villages; blank: no")),
        _code("banner_code", "旗县代码", Text("在旗县表中", "in the table of banners")),
        _choice("resource_zone", "资源区", _ZONE_NOTE, _ZONES, needed=False),
        _choice("grid", "电网", _GRID_NOTE, _GRIDS, needed=False),
        Column("lon", "经度", _DEGREES, _LON),
        Column("lat", "纬度", _DEGREES, _LAT),
        _capacity("capacity_dc_w", "装机容量", Text("直流侧", "on the DC side"), also=("直流装机容量",)),
        _capacity("capacity_ac_w", "交流容量", Text("逆变器额定之和", "sum of the inverters' ratings")),
        Column(
            "tilt_deg", "倾角", Text("与水平面，度", "from horizontal, degrees"),
            cells.real(0, 90), also=("倾角(°)",),
        ),
        Column(
            "azimuth_deg", "方位角", Text("正北为 0，正南为 180，度", "north 0, south 180, degrees"),
            cells.real(0, 360), also=("方位角(°)",),
        ),
        Column(
            "plan_year", "计划年度", Text("列入哪一年的计划或规模", "the year of the plan it belongs to"),
            cells.whole(2010, 2040),
        ),
        _day("filed_on", "备案日期", Text("", "")),
        _day("grid_connected_on", "并网日期", Text("决定电价", "decides the tariff")),
        _day("closed_on", "退役日期", Text("空：在运行", "blank: running"), needed=False),
    ),
    Table.DEVICES: (
        _STATION,
        _id("device", "设备名", Text("与报文中一致", "as in the messages"), also=("设备名称",)),
        _choice("kind", "设备类型", Text("关口表、逆变器、气象站", "meter, inverter, weather"), _DEVICES),
        _FROM,
        _TO,
        Column(
            "multiplication_factor", "倍率",
            Text("电流互感器变比 × 电压互感器变比；关口表必填", "CT ratio x PT ratio; needed for a meter"),
            cells.whole(1, 10_000_000), needed=False, default=1,
        ),
        Column(
            "register_modulus_wh", "表码满量程",
            Text("6 位整数 2 位小数的表：1000000 kWh", "a display of 6 digits and 2 decimals: 1000000 kWh"),
            cells.scaled(1, MOST_WH), needed=False, quantity="energy", most=MOST_WH,
        ),
        _capacity("capacity_w", "额定容量", Text("逆变器的交流额定", "an inverter's AC rating"), needed=False),
    ),
    Table.SHARE_UNITS: (
        _STATION,
        _VILLAGE,
        Column("units", "份额", Text("整数份", "whole units"), cells.whole(1, 1_000_000)),
        _FROM,
        _TO,
    ),
    Table.HOUSEHOLDS: (
        _id("household_id", "受益户编号", Text("化名；不得用身份证号", "a pseudonym; never an identity number")),
        _VILLAGE,
        _FROM,
        _TO,
    ),
    Table.SLOTS: (
        _id("slot_id", "名额编号", Text("", "")),
        _STATION,
        _id("household_id", "受益户编号", Text("在受益户表中", "in the table of households")),
        _FROM,
        _TO,
    ),
    Table.ATTRIBUTES: (
        _id("subject_id", "对象编号", Text("电站或嘎查村的编号", "id of a station or a village")),
        _plain("name", "属性名", Text("如 发电户号", "such as generation account number"), also=("属性",)),
        _plain("value", "属性值", Text("长数字请用文本格式", "long numbers as text"), also=("值",)),
        _FROM,
        _TO,
    ),
}  # fmt: skip
