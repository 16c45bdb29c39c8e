"""Words of the dashboard of data quality."""

from typing import Final

from dashboards.words import say
from guangfu.telemetry.reading import Reason
from guangfu.texts import Text

TITLE: Final = Text("光伏数据质量与完整性", "PV data quality")
DESCRIPTION: Final = Text(
    "数据靠得住吗：昨日完整率，哪些站日没有电量、为什么，哪些报文无法处理。",
    "Can the figures be relied on: yesterday's coverage, days without energy and why, messages that were not taken.",
)
COVERAGE_YESTERDAY: Final = say(
    "昨日数据完整率",
    "Coverage of yesterday",
    "已并网电站昨日数据完整率的平均值；没有记录的电站计 0。完整率为读数足够密的时间占当日时间的比例。",
    "The mean over the stations that were on grid; one without a record counts 0. Coverage is the part of the day with "
    "readings close together.",
)
WITHOUT_YESTERDAY: Final = say(
    "昨日没有电量的电站（座）",
    "No energy yesterday",
    "已并网而昨日没有上网电量的电站数：没有读数，或数据完整率低于规则下限。",
    "Stations on grid of which yesterday has no energy: no readings, or coverage under the rules' floor.",
)
SILENT: Final = say(
    "现在没有读数的电站（座）",
    "Stations silent now",
    "离线或从未上报的电站数，与页面相同；离线：状态为离线且此后没有读数，或超过 30 分钟没有读数。",
    "Stations that are offline or were never heard of, as on the pages; offline: they said so and sent nothing since, "
    "or are silent for 30 minutes.",
)
LETTERS_WAITING: Final = say(
    "待处理的死信（条）",
    "Dead letters waiting",
    "无法处理而保留、尚未重放的报文与读数，不分盟市。用 guangfu dead-letters list 查看，改正后重放。",
    "Messages and readings that could not be taken and were not replayed yet, of all leagues. "
    "See guangfu dead-letters list.",
)
DAYS_WAITING: Final = say(
    "待核算的以往站日",
    "Earlier days waiting",
    "今天以前、读数有变而尚未重新核算的电站日数，不分盟市；不为 0 时稍后再看。",
    "Station-days before today whose readings changed and that were not computed again yet, of all leagues.",
)
COVERAGE_BY_DAY: Final = say(
    "每日数据完整率与有电量的电站比例",
    "Coverage by day, and stations that have a figure",
    "应计电站的数据完整率平均值，以及有上网电量的电站比例；两线分开处是数据有而不足的日子。",
    "The mean coverage of the stations that were due, and how many have an energy; where the lines part, data came but "
    "were too few.",
)
WITHOUT_FIGURE: Final = say(
    "每日没有电量的电站，按原因",
    "Stations without energy by day and reason",
    "应计而没有上网电量的电站数，按核算给出的原因。",
    "Stations that were due and have no energy, by the reason that accounting gives.",
)
WORST: Final = say(
    "数据完整率最低的电站",
    "Stations with the lowest coverage",
    "所选时间内数据完整率低于 99 % 或缺电量的电站，至多 100 座；点名称打开该站页面。插补为跨日中断推算的电量所占比例。",
    "Coverage under 99 % or days without energy in the range, at most 100; a name opens the station. "
    "Interpolated: the part of the energy that gaps over midnight made up.",
)
LETTERS: Final = say(
    "无法处理的报文（死信），按原因",
    "Dead letters by reason",
    "所选时间内收到、无法处理而保留的报文与读数。待处理：尚未重放。",
    "Messages and readings of the range that could not be taken and are kept. Waiting: not replayed yet.",
)
LETTERS_BY_DAY: Final = say(
    "每日死信，按原因",
    "Dead letters by day and reason",
    "每个北京时间日收到的死信数，含已重放的。",
    "Dead letters that came on each local day, the replayed ones included.",
)
INTERPOLATED: Final = say(
    "每日插补电量占比",
    "Interpolated energy by day",
    "跨零点的读数中断内推算出的电量占当日上网电量的比例。",
    "The part of a day's energy that gaps over midnight made up.",
)
MESSAGES_BY_DAY: Final = say(
    "每日报文：按时、迟到、缺失",
    "Messages by day: in time, late, missing",
    "按电站的启动标识与序号计数。缺失为序号中断处缺的报文数，跨日的中断按时间均摊到各日，与页面相同；迟到而补上的不算缺失。",
    "Counted by the stations' boot and sequence numbers. Missing: numbers between two that came, a gap over "
    "midnight shared out evenly over its time, as on the pages; what comes late after all is not missing.",
)
INCOMPLETE: Final = say(
    "缺失或迟到报文最多的电站",
    "Stations with missing or late messages",
    "所选时间内缺失的在前，至多 100 座；重复为同一序号多次到达，不影响入库。点名称打开该站页面。",
    "Most missing of the range first, at most 100; doubled: a number that came again, which does no harm. "
    "A name opens the station.",
)
IN_TIME: Final = Text("按时", "In time")
LATE: Final = Text("迟到", "Late")
MISSING: Final = Text("缺失", "Missing")
MISSING_PART: Final = Text("缺失占比", "Part missing")
DOUBLED: Final = Text("重复", "Doubled")
WITH_FIGURE: Final = Text("有电量的电站", "Stations with energy")
DAYS: Final = Text("有电量/应计天数", "Days / due")
INTERPOLATED_PART: Final = Text("插补占比", "Interpolated")
LAST_REASON: Final = Text("最近一次原因", "Latest remark")
REASON: Final = Text("原因", "Reason")
WAITING: Final = Text("待处理", "Waiting")
ALL_LETTERS: Final = Text("合计", "All")
LAST: Final = Text("最近一条", "Last")

LETTER_REASONS: Final[dict[Reason, Text]] = {
    Reason.BAD_TOPIC: Text("主题不合规范", "Topic is not ours"),
    Reason.NOT_JSON: Text("不是 JSON", "Not JSON"),
    Reason.BAD_MESSAGE: Text("报文结构有误", "Bad message"),
    Reason.BAD_READING: Text("读数有误", "Bad reading"),
    Reason.STATION_MISMATCH: Text("电站与主题不符", "Station is not the topic's"),
    Reason.UNKNOWN_STATION: Text("电站未登记", "Unknown station"),
    Reason.UNKNOWN_DEVICE: Text("设备未登记", "Unknown device"),
    Reason.FIELD_NOT_OF_DEVICE: Text("该设备没有此字段", "Field is not the device's"),
    Reason.IMPOSSIBLE_TIME: Text("时间不可能", "Impossible time"),
    Reason.IMPOSSIBLE_VALUE: Text("数值不可能", "Impossible value"),
    Reason.STORE_REFUSED: Text("数据库拒绝", "Refused by the database"),
    Reason.UNMAPPED: Text("没有映射", "No mapping"),
    Reason.NOT_SPARKPLUG: Text("不是 Sparkplug 报文", "Not Sparkplug"),
    Reason.NO_BIRTH: Text("缺少出生报文", "No birth"),
    Reason.UNKNOWN_ALIAS: Text("别名未知", "Unknown alias"),
}
