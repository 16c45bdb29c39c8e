"""The charts of accounts."""

from guangfu.ledger.books import BOOKS, CHARTS
from guangfu.texts import Lang


def test_every_book_has_a_chart_and_names_in_both_languages() -> None:
    assert set(BOOKS) == set(CHARTS)
    names = [*BOOKS.values(), *(account.name for chart in CHARTS.values() for account in chart.values())]
    assert all(name(Lang.ZH).strip() and name(Lang.EN).isascii() and name.en.strip() for name in names)


def test_a_code_belongs_to_one_book_only() -> None:
    codes = [code for chart in CHARTS.values() for code in chart]
    assert len(codes) == len(set(codes))
