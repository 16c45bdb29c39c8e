"""The books and their charts of accounts, as data. Each book balances alone and has a hash chain of its own.

An account's balance is its debits less its credits; lines carry station, energy month, part (base or
subsidy), subsidy year, village, plan line and voucher, so that the chart stays short.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from guangfu.texts import Text

AGENCY: Final = "AGENCY"
VILLAGE: Final = "VILLAGE"
CENTRALIZED: Final = "CENTRALIZED"

BOOKS: Final[Mapping[str, Text]] = {
    AGENCY: Text("结转机构账", "transfer agency, a custodian without income of its own"),
    VILLAGE: Text("村集体账", "village collectives"),
    CENTRALIZED: Text("集中式电站账", "centralized stations: what their companies owe to slots"),
}


class Part(StrEnum):
    """The two parts of a tariff."""

    BASE = "base"
    SUBSIDY = "subsidy"


class AccountKind(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    EQUITY = "equity"


class Account(NamedTuple):
    code: str
    kind: AccountKind
    name: Text


BANK: Final = "A1"
RECEIVABLE_ESTIMATED: Final = "A2"
RECEIVABLE_SETTLED: Final = "A3"
OWED_ESTIMATED: Final = "L1.estimated"
OWED_SETTLED: Final = "L1.settled"
OWED_CASH: Final = "L1.cash"
DEDUCTIONS: Final = "L2"
UNMATCHED: Final = "L3.unmatched"
INTEREST: Final = "L3.interest"
COMPANY_OWES: Final = "C1"
OWED_TO_SLOTS: Final = "C2"
SLOTS_BANK: Final = "C3"
COMPANY_AHEAD: Final = "C4"
VILLAGE_BANK: Final = "V1"
IN_TRANSIT: Final = "V2"
VILLAGE_INCOME: Final = "V3"
VILLAGE_SPENDING: Final = "V4"
"""With the class of a plan's line behind it: `V4.posts`."""
PAYABLE: Final = "V5"
CARRIED_FORWARD: Final = "V6"
OPENING: Final[Mapping[str, str]] = {AGENCY: "A0", VILLAGE: "V0", CENTRALIZED: "C0"}
"""By book: what its opening balances stand against."""

_AGENCY_CHART: Final = (
    Account(BANK, AccountKind.ASSET, Text("银行存款（专户）", "bank, special account")),
    Account(RECEIVABLE_ESTIMATED, AccountKind.ASSET, Text("应收（预估）", "receivable, estimated")),
    Account(RECEIVABLE_SETTLED, AccountKind.ASSET, Text("应收（结算）", "receivable, settled")),
    Account(OWED_ESTIMATED, AccountKind.LIABILITY, Text("应付各村（预估）", "owed to villages, estimated")),
    Account(OWED_SETTLED, AccountKind.LIABILITY, Text("应付各村（结算）", "owed to villages, settled")),
    Account(OWED_CASH, AccountKind.LIABILITY, Text("应付各村（到账）", "owed to villages, cash")),
    Account(DEDUCTIONS, AccountKind.LIABILITY, Text("应付扣除款及增值税", "deductions and VAT payable")),
    Account(UNMATCHED, AccountKind.LIABILITY, Text("待核对到账", "receipts not matched")),
    Account(INTEREST, AccountKind.LIABILITY, Text("存款利息", "interest")),
    Account(OPENING[AGENCY], AccountKind.EQUITY, Text("期初余额对应科目", "opening balances")),
)
_VILLAGE_CHART: Final = (
    Account("V1", AccountKind.ASSET, Text("银行存款", "bank")),
    Account(IN_TRANSIT, AccountKind.ASSET, Text("在途资金（苏木乡镇）", "in transit, township")),
    Account("V3", AccountKind.INCOME, Text("光伏收益", "PV income")),
    Account("V4.posts", AccountKind.EXPENSE, Text("公益岗位支出", "spending on posts")),
    Account("V4.works", AccountKind.EXPENSE, Text("小型公益事业支出", "spending on small public works")),
    Account("V4.awards", AccountKind.EXPENSE, Text("奖励补助支出", "spending on awards and aid")),
    Account("V4.other", AccountKind.EXPENSE, Text("其他允许的支出", "other allowed spending")),
    Account("V5", AccountKind.LIABILITY, Text("应付个人", "payable to a person")),
    Account("V6", AccountKind.EQUITY, Text("结余结转", "balance carried forward")),
    Account(OPENING[VILLAGE], AccountKind.EQUITY, Text("期初余额对应科目", "opening balances")),
)
_CENTRALIZED_CHART: Final = (
    Account(COMPANY_OWES, AccountKind.ASSET, Text("应收电站企业", "receivable from the station's company")),
    Account(OWED_TO_SLOTS, AccountKind.LIABILITY, Text("应付帮扶名额", "owed to households, by slot")),
    Account(SLOTS_BANK, AccountKind.ASSET, Text("银行存款（帮扶资金专户）", "bank, account for slots")),
    Account(COMPANY_AHEAD, AccountKind.LIABILITY, Text("电站企业预付款", "paid ahead by the station's company")),
    Account(OPENING[CENTRALIZED], AccountKind.EQUITY, Text("期初余额对应科目", "opening balances")),
)

CHARTS: Final[Mapping[str, Mapping[str, Account]]] = {
    book: {account.code: account for account in chart}
    for book, chart in ((AGENCY, _AGENCY_CHART), (VILLAGE, _VILLAGE_CHART), (CENTRALIZED, _CENTRALIZED_CHART))
}
"""Accounts by book and code."""
