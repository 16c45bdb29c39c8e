"""Every word that people read, in both languages; terms from docs/glossary.md."""

from typing import NamedTuple

from dashboards.looks import Label
from guangfu.texts import Lang, Text


class Say(NamedTuple):
    """Title and description of a panel."""

    title: Text
    description: Text

    def __call__(self, lang: Lang) -> Label:
        return Label(self.title(lang), self.description(lang))


def say(zh: str, en: str, zh_description: str, en_description: str) -> Say:
    return Say(Text(zh, en), Text(zh_description, en_description))
