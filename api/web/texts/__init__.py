"""Every text of the pages, by key, in both languages; terms are those of docs/glossary.md.

Placeholders are `{name}`; the pages' scripts fill them in the same way as `str.format`.
"""

from collections.abc import Mapping
from typing import Final

from api.web.texts.explain import EXPLAIN
from api.web.texts.forecast import FORECAST
from api.web.texts.lists import LISTS
from api.web.texts.money import MONEY
from api.web.texts.places import PLACES
from api.web.texts.shared import SHARED
from guangfu.texts import Text

TEXTS: Final[Mapping[str, Text]] = {**SHARED, **LISTS, **PLACES, **EXPLAIN, **FORECAST, **MONEY}
