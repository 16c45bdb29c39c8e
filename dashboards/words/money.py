"""Words that income and finance share: the five amounts, and by which time each of them goes."""

from collections.abc import Mapping
from typing import Final

from dashboards.words import Say, say
from guangfu.texts import Text


def of_energy(zh: str, en: str, zh_description: str, en_description: str) -> Say:
    """Of a panel that goes by the month of the energy."""
    return say(
        zh, en, f"{zh_description}按所选电量月份，与时间范围无关。",
        f"{en_description} By the chosen month of energy; the time range does not matter.",
    )  # fmt: skip


def of_now(zh: str, en: str, zh_description: str, en_description: str) -> Say:
    """Of a panel that shows how things stand."""
    return say(
        zh, en, f"{zh_description}当前数，与所选月份和时间范围无关。",
        f"{en_description} As it stands now, whatever month and time range are chosen.",
    )  # fmt: skip


AMOUNTS: Final[Mapping[str, Say]] = {
    "yuan": of_energy(
        "应收（预估，元）",
        "Accrued (estimate, yuan)",
        "村级电站的电量 × 电价规则，不论数据天数是否足够，见下表的数据完整率。",
        "Energy × tariff of village-level stations, whatever the coverage, which the table below shows.",
    ),
    "settled": of_energy(
        "已结算（元）",
        "Settled (yuan)",
        "已入账结算单的基础部分与补贴，含以后结算单的退补及未列入清单的备查补贴。",
        "Base and subsidy of posted statements, later corrections and a subsidy that is a memo only included.",
    ),
    "received": of_energy(
        "已到账（元）",
        "Received (yuan)",
        "已与该电量月份核对的到账金额，不论何日到账。",
        "What came into the agency's account and is matched with the month of energy, whenever it came.",
    ),
    "outstanding": of_energy(
        "未到账（元）",
        "Outstanding (yuan)",
        "已结算的应收减去电网代扣增值税与到账；备查补贴不计。",
        "Receivable by statements, less VAT that the grid company keeps back, less what came; no memo subsidy.",
    ),
    "ready": of_energy(
        "可划拨（元）",
        "May pass on (yuan)",
        "到账减去已承担扣除，再减去已起草、在途和已到村的划拨。",
        "Received, less deductions borne, less what is drafted, in transit or arrived.",
    ),
    "passed": of_energy(
        "已划拨（元）",
        "Passed on (yuan)",
        "已汇出和已到村的划拨，不论何日汇出。",
        "Transfers that were sent or have arrived, whenever they were sent.",
    ),
}

BY_MONTH: Final = say(
    "各电量月份：应收（预估）、结算、到账、划拨（元）",
    "By month of energy: estimate to passed on (yuan)",
    "村级电站；所选月份为止 12 个电量月份，与时间范围无关；没有的月份没有柱。",
    "Village-level stations; twelve months of energy up to the chosen one, whatever the time range; no bar without.",
)
BY_MONTH_WITH_PAID: Final = say(
    "各月：应收（预估）、结算、到账、划拨、发放（元）",
    "By month: estimate to paid (yuan)",
    "所选月份为止 12 个月，与时间范围无关；前四种按电量月份，发放按付款月份。",
    "Twelve months up to the chosen one, whatever the time range; paid by the month of payment, others by energy's.",
)
AGEING: Final = of_now(
    "未到账账龄：所有电量月份（元）",
    "Outstanding by age, all months of energy (yuan)",
    "所有月份已结算而未到账的金额，从电量月份数到本月；差 3、12、24 个月仍属较新一档。",
    "Settled and not received, by months from the energy's to the present one; 3, 12 and 24 are still the younger.",
)
ESTIMATE: Final = Text("应收（预估）", "Estimate")
ESTIMATED: Final = Text("应收（预估）", "Accrued (estimate)")
SETTLED: Final = Text("已结算", "Settled")
RECEIVED: Final = Text("已到账", "Received")
OUTSTANDING: Final = Text("未到账", "Outstanding")
READY: Final = Text("可划拨", "May pass on")
PASSED: Final = Text("已划拨", "Passed on")
PAID: Final = Text("已发放", "Paid")
AGE: Final = Text("账龄", "Age")
SUM: Final = Text("合计", "Sum")
