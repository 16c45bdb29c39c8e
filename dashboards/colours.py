"""Colours with one meaning each, the same as on the pages; always beside a word, never alone."""

from typing import Final

PRODUCING: Final = "#009E73"
CURTAILED: Final = "#56B4E9"
NIGHT: Final = "#5B6B82"
STALE: Final = "#E6A700"
FAULT: Final = "#D55E00"
LOW: Final = "#8C510A"
OFFLINE: Final = "#8C6BB1"
DOWN: Final = "#B2182B"
UNKNOWN: Final = "#9AA3AE"

BASE: Final = "#2B6CB0"
SUBSIDY: Final = "#E69F00"

ESTIMATED: Final = "#9AA3AE"
SETTLED: Final = "#3A7CA5"
RECEIVED: Final = "#009E73"
OUTSTANDING: Final = "#B2182B"
PASSED_ON: Final = "#5B6B82"
PAID: Final = "#56B4E9"

ACCENT: Final = "#3A7CA5"
"""Power and energy, which are neither a state nor money."""

TEXT: Final = "text"
"""The theme's own colour of text: figures are legible on dark and on light."""

EXPECTED: Final = "#9AA3AE"
"""What is compared with: neighbours, the expected curve; drawn dashed."""

IRRADIANCE: Final = "#CC79A7"

NOTE: Final = "#5B6B82"
"""The ground of a word that is neither a state nor money; white is legible on it."""
