"""What of a person a paper in public may say: a part of the name, and no number, place or illness. Pure.

Source: names in part; numbers, addresses and health hidden: confidence C. It can't be switched off.
"""

import re
from typing import Final

LONGEST_NAME: Final = 6
"""A supplier's name that is at most so long may be a person's, and is masked."""
HIDDEN: Final = "＊＊＊"

_NUMBERS: Final = re.compile(r"[0-9０-９][0-9０-９ \-－*]{5,}[0-9０-９Xx]")
_TELLS: Final = re.compile(
    "病|残|癌|瘤|肿|症|手术|住院|精神|艾滋|肝炎|结核|透析|化疗|瘫|智力|康复|护理|怀孕|分娩|死亡|低保户|"
    "号楼|单元|门牌|[路街巷](?:[0-9]|[一二三四五六七八九十])|住址|地址|[0-9]+号|电话|手机|身份证|卡号|"
    "ill(?:ness)?|disease|cancer|disab|surgery|hospital|mental|hepatitis|hiv|address|street|phone",
    re.IGNORECASE,
)  # fmt: skip


def masked_name(name: str) -> str:
    """The first character, and a star for each further one.

    >>> masked_name("张三"), masked_name("乌云其木格"), masked_name("")
    ('张*', '乌****', '*')
    """
    plain = name.strip()
    return (plain[:1] + "*" * max(len(plain) - 1, 0)) if len(plain) > 1 else "*"


def supplier_name(name: str) -> str:
    """A firm's name whole; one short enough to be a person's in part.

    >>> supplier_name("敖汉旗某某建筑有限公司"), supplier_name("李四")
    ('敖汉旗某某建筑有限公司', '李*')
    """
    return masked_name(name) if len(name.strip()) <= LONGEST_NAME else public_words(name, name)


def public_words(words: str, instead: str) -> str:
    """Words that somebody typed, as they may hang in public: long numbers are hidden, and where they tell of an
    illness, an address or a telephone, `instead` stands for them whole.

    >>> public_words("保洁", "公益岗位"), public_words("大病救助", "奖励补助"), public_words("路 13912345678", "")
    ('保洁', '奖励补助', '路 ＊＊＊')
    """
    if words != instead and _TELLS.search(words):
        return instead
    return _NUMBERS.sub(HIDDEN, words)
