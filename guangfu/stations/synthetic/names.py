"""Invented names of places, marked 演示 and Demo; stems are landscape words, never people's names."""

from collections.abc import Iterator
from itertools import product
from typing import Final, NamedTuple

from guangfu.stations.models import Banner
from guangfu.stations.synthetic.dice import Dice

MARK: Final = "演示·"
MARK_EN: Final = "Demo "


class Name(NamedTuple):
    zh: str
    en: str


_MONGOLIAN_FIRST: Final = (
    "巴彦 Bayan|乌兰 Ulan|查干 Qagan|呼和 Huh|哈日 Har|希日 Xar|阿日 Ar|白音 Bayin|伊和 Yeh|巴嘎 Bag"
)
_MONGOLIAN_LAST: Final = (
    "塔拉 Tal|宝力格 Bulag|淖尔 Nur|敖包 Obo|高勒 Gol|温都尔 Undur|浩来 Hooloi|哈达 Had|艾里 Ail|芒哈 Mangh|毛都 Modu"
)
_CHINESE_FIRST: Final = (
    "东 Dong|西 Xi|南 Nan|北 Bei|上 Shang|下 Xia|前 Qian|后 Hou|大 Da|小 Xiao|新 Xin|老 Lao|中 Zhong"
)
_CHINESE_LAST: Final = (
    "河湾 hewan|山根 shangen|石梁 shiliang|泉沟 quangou|草滩 caotan|清泉 qingquan|水井 shuijing|柳林 liulin"
    "|榆树 yushu|杏树 xingshu|沙坨 shatuo|石砬 shila|平川 pingchuan|阳坡 yangpo|甸子 dianzi|洼子 wazi"
    "|台子 taizi|桥头 qiaotou|营地 yingdi|羊场 yangchang"
)


def _stems(first: str, last: str, join: str) -> list[Name]:
    pairs = product((f.split(" ") for f in first.split("|")), (e.split(" ") for e in last.split("|")))
    return [Name(a[0] + b[0], a[1] + join + b[1]) for a, b in pairs]


def village_names(banner: Banner, dice: Dice) -> Iterator[Name]:
    """Distinct villages of a banner, gacha among them where it is a 旗."""
    villages = [Name(f"{MARK}{s.zh}村", f"{MARK_EN}{s.en} village") for s in _chinese()]
    if banner.name.endswith("旗"):
        villages += [Name(f"{MARK}{s.zh}嘎查", f"{MARK_EN}{s.en} gacha") for s in _mongolian()]
    return iter(dice.shuffled(villages))


def township_names(banner: Banner, dice: Dice, n: int) -> list[Name]:
    """Distinct sumu, towns and townships of a banner."""
    pastoral = banner.name.endswith("旗")
    stems = dice.shuffled(_mongolian() if pastoral else _chinese())[:n]
    sumu, town, township = Name("苏木", "sumu"), Name("镇", "town"), Name("乡", "township")
    chosen = [(stem, dice.pick((sumu, town) if pastoral else (town, township))) for stem in stems]
    return [Name(f"{MARK}{stem.zh}{kind.zh}", f"{MARK_EN}{stem.en} {kind.en}") for stem, kind in chosen]


def centralized_name(banner: Banner) -> Name:
    return Name(f"{MARK}{banner.name}集中式电站", f"{MARK_EN}{banner.name_en} centralized station")


def village_station_name(banner: Banner, number: int) -> Name:
    return Name(f"{MARK}{banner.name}{number:03}号村级电站", f"{MARK_EN}{banner.name_en} village station {number:03}")


def joint_station_name(banner: Banner, number: int) -> Name:
    return Name(
        f"{MARK}{banner.name}{number:02}号联村电站", f"{MARK_EN}{banner.name_en} joint-village station {number:02}"
    )


def _mongolian() -> list[Name]:
    return _stems(_MONGOLIAN_FIRST, _MONGOLIAN_LAST, " ")


def _chinese() -> list[Name]:
    return _stems(_CHINESE_FIRST, _CHINESE_LAST, "")
