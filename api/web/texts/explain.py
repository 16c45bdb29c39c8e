"""The page that says where a figure comes from."""

from typing import Final

from guangfu.texts import Text

EXPLAIN: Final = {
    "explain.title": Text("数字从何而来", "Where the figures come from"),
    "explain.link": Text("为什么是这个数", "Why this figure"),
    "explain.month": Text("月份", "Month"),
    "explain.open_all": Text("全部展开", "Open all"),
    "explain.how": Text(
        "每一步列出用了什么、怎么算、得到什么；“其中”各项之和等于上一级金额，分文不差。",
        "Each step says what went in, the formula, and what came out; its parts sum to the figure above, to the fen.",
    ),
    "explain.parts": Text("其中", "Parts"),
    "explain.grounds": Text("依据", "Computed from"),
    "explain.entry": Text("分录 {book} 第 {seq} 号，{key}，哈希 {hash}", "Entry {book} no. {seq}, {key}, hash {hash}"),
    "explain.see": Text("见 {id} {period}", "See {id} {period}"),
    "explain.of.estimated": Text("预估", "Estimated"),
    "explain.of.distributable": Text("预估可分配", "Estimated, distributable"),
    "explain.of.settled": Text("结算", "Settled"),
    "explain.of.received": Text("到账", "Received"),
    "explain.of.passed_on": Text("划拨", "Passed on"),
    "explain.of.entitlement": Text("名额应得", "Owed to slots"),
    "explain.of.paid": Text("发放", "Paid"),
}
