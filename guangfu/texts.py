"""Text for people, in the two languages that everything exists in."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Lang(StrEnum):
    ZH = "zh-CN"
    EN = "en"

    @classmethod
    def parse(cls, tag: str) -> "Lang":
        """The language of a tag such as `en-GB` or `zh`; anything that is not English is Chinese.

        >>> Lang.parse("en-GB")
        <Lang.EN: 'en'>
        """
        return cls.EN if tag.lower().startswith("en") else cls.ZH


class Text(NamedTuple):
    """One text in both languages; placeholders are `str.format` fields.

    >>> Text(zh="共 {n} 座电站", en="{n} stations")(Lang.ZH, n=786)
    '共 786 座电站'
    """

    zh: str
    en: str

    def __call__(self, lang: Lang, **values: object) -> str:
        template = self.en if lang is Lang.EN else self.zh
        return template.format(**values) if values else template

    def filled(self, **values: object) -> "Text":
        """The text with its placeholders filled in, in both languages.

        >>> Text(zh="共 {n} 座电站", en="{n} stations").filled(n=786).en
        '786 stations'
        """
        return Text(self.zh.format(**values), self.en.format(**values))


def joined(texts: Sequence[Text]) -> Text | None:
    """Several texts as one; `None` if there is none.

    >>> joined([Text("甲", "one"), Text("乙", "two")])
    Text(zh='甲；乙', en='one; two')
    """
    if not texts:
        return None
    return Text("；".join(text.zh for text in texts), "; ".join(text.en for text in texts))
