"""Words of what is drawn into the charts."""

from typing import Final

from guangfu.texts import Text

RULES: Final = Text("规则变更", "Rules")
CLOSINGS: Final = Text("月结", "Closings")
OUTAGES: Final = Text("采集中断", "Outages")

BASE_PRICE: Final = Text("燃煤基准价生效", "A coal benchmark price begins")
DEDUCTION: Final = Text("扣减规则生效", "A deduction begins")
ENTITLEMENT: Final = Text("保底收益标准生效", "An entitlement begins")
RULES_IN_USE: Final = Text("启用规则版本 ", "Rules in use: ")
CLOSED: Final = Text("月结完成 ", "Closed: ")
OUTAGE: Final = Text("采集程序无健康记录，工作进程 ", "No word from ingest, worker ")
