"""Colours with one meaning each, the same as on the pages; always beside a word, never alone."""

from typing import Final

PRODUCING: Final = "#009E73"
SLEEPING: Final = "#5B6B82"
STALE: Final = "#E6A700"
OFFLINE: Final = "#8C6BB1"
DOWN: Final = "#B2182B"
UNKNOWN: Final = "#9AA3AE"

BASE: Final = "#2B6CB0"
SUBSIDY: Final = "#E69F00"
PASSED_ON: Final = "#5B6B82"

ACCENT: Final = "#3A7CA5"
"""Power and energy, which are neither a state nor money."""

EXPECTED: Final = "#9AA3AE"
"""What is compared with: neighbours, the expected curve; drawn dashed."""

MANY: Final = ("#3A7CA5", "#8C564B", "#009E73", "#CC79A7", "#E69F00", "#5B6B82", "#56B4E9", "#B2182B")
"""Devices side by side; told apart by their names in the legend."""
