"""A panel's query as Grafana sends it: variables and macros put in, and `now()` held still.

Only what our queries use is expanded; a macro or variable that is left over is an error.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guangfu.clock import to_ms

Value = str | Sequence[str]
LEFT_OVER: Final = re.compile(r"\$\w+|\$\{\w+\}")


@dataclass(frozen=True)
class View:
    """What a dashboard is looked at with: the range, the present, and the variables' values."""

    start_at: datetime
    end_at: datetime
    now_at: datetime
    variables: Mapping[str, Value]
    interval_s: int = 900


def expand_sql(query: str, view: View) -> str:
    """PostgreSQL: many values become `'a','b'`; `now()` becomes the view's."""
    macros = {
        "$__timeFrom()": f"'{_rfc3339(view.start_at)}'",
        "$__timeTo()": f"'{_rfc3339(view.end_at)}'",
        "now()": f"'{_rfc3339(view.now_at)}'::timestamptz",
    }
    return _expand(query, macros, view, lambda many: ",".join(f"'{_sql_quoted(one)}'" for one in many))


def expand_influxql(query: str, view: View) -> str:
    """InfluxQL: `$timeFilter` and `$__interval` as the data source writes them; many values become `(a|b)`."""
    macros = {
        "$timeFilter": f"time >= {to_ms(view.start_at)}ms and time <= {to_ms(view.end_at)}ms",
        "$__interval": f"{view.interval_s}s",
        "now()": f"'{_rfc3339(view.now_at)}'",
    }
    return _expand(query, macros, view, lambda many: "(" + "|".join(re.escape(one) for one in many) + ")")


def _expand(query: str, macros: Mapping[str, str], view: View, join: Callable[[Sequence[str]], str]) -> str:
    for macro, text in macros.items():
        query = query.replace(macro, text)
    for name, value in view.variables.items():
        query = query.replace(f"${{{name}}}", _sql_quoted(value) if isinstance(value, str) else join(value))
    assert not LEFT_OVER.search(query), f"not expanded: {LEFT_OVER.findall(query)}"
    return query


def _sql_quoted(text: str) -> str:
    return text.replace("'", "''")


def _rfc3339(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
