"""What somebody should do about a finding."""

from typing import Final

from guangfu.income.rules.audit import Check
from guangfu.texts import Text

NEXT_STEPS: Final = {
    Check.NOTHING_RECEIVED: Text(
        "催电力公司结转，或核对流水是否漏导", "press the power company, or see whether bank lines were left out"
    ),
    Check.SUBSIDY_LATE: Text(
        "核对补贴清单与补贴年度，向电力公司催款", "look at the subsidy list and year, then press the power company"
    ),
    Check.RECEIPT_MISMATCH: Text(
        "核对结算单与流水；多退少补由下一张结算单更正",
        "hold statement and bank line together; the next statement corrects",
    ),
    Check.NOT_PASSED_ON: Text("起草划拨：guangfu transfers draft", "draft a transfer: guangfu transfers draft"),
    Check.LATE_TRANSFER: Text("说明迟延原因并留存", "write down why it was late"),
    Check.UNMATCHED_RECEIPT: Text("核对到账：guangfu receipts match", "match it: guangfu receipts match"),
    Check.IN_TRANSIT: Text("向苏木乡镇查询，到账后登记", "ask the township; note the arrival"),
    Check.ENTITLEMENT_LATE: Text("向电站企业催付", "press the station's company"),
    Check.IDLE_MONEY: Text("督促嘎查村按计划使用", "have the village spend it by its plan"),
    Check.UNFILED_SPENDING: Text("补办备案并说明，或追回", "file the plan and say why, or recover the money"),
    Check.BANNED_USE: Text("追回款项，调整计划", "recover the money and change the plan"),
    Check.PAYEE_NOT_REGISTERED: Text(
        "核实身份，追回或补登名册", "find out who it is; recover the money or register them"
    ),
    Check.PAYEE_LEFT: Text("核实去向，追回多发款项", "find out where they are; recover what was too much"),
    Check.PAYEE_TWICE: Text("更正名册", "mend the register"),
    Check.BOTH_KINDS: Text("保留一类受益，更正名册或名额", "keep one of the two; mend register or slot"),
    Check.UNATTENDED_POST: Text("补录考勤及依据，或追回", "record attendance with its evidence, or recover the money"),
    Check.FLAT_HANDOUT: Text(
        "核实是否简单分钱，改为按岗位、劳务或奖补发放",
        "see whether it is simple splitting; pay for work or need instead",
    ),
    Check.TARIFF_MISMATCH: Text(
        "核对电价与补贴清单，请电力公司更正", "look at tariff and subsidy list; have the power company correct it"
    ),
    Check.BEYOND_TOLERANCE: Text(
        "核对表码、倍率与缺数：guangfu statements show",
        "look at registers, factor, missing data: guangfu statements show",
    ),
    Check.POWER_INTEGRAL: Text("核对倍率与互感器", "look at the factor and the transformers"),
    Check.INVERTER_INTEGRAL: Text("核对逆变器采集的单位与比例", "look at the unit and scale of what inverters send"),
    Check.INVERTERS_METER: Text(
        "核对漏登的设备、线损与分流：guangfu reconcile",
        "look for a missing device, losses, energy drawn off: guangfu reconcile",
    ),
    Check.IDLE_STATION: Text(
        "通知运维；停电的登记为 outage 属性", "call the operator; register an outage as the attribute outage"
    ),
    Check.KW_MOST: Text("核对容量与受益户数", "look at capacity and households"),
    Check.KW_LEAST: Text("核对容量与名额数", "look at capacity and slots"),
    Check.SINGLE_SIZE: Text(
        "核对容量；超限部分不属村级电站政策", "look at the capacity; beyond the limit no village-level policy holds"
    ),
    Check.JOINT_SIZE: Text("核对容量", "look at the capacity"),
}
"""By check: what somebody should do about it."""
