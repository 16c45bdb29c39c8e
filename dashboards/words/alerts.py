"""What the alerts say. `{name}`, `{value}` and their like become Grafana's placeholders, filled when an alert fires."""

from typing import Final, NamedTuple

from guangfu.texts import Text

FOLDER: Final = Text("光伏告警", "PV alerts")


class Warn(NamedTuple):
    """A rule's title; what has happened, in a line; and what that means and what to do."""

    title: Text
    summary: Text
    description: Text


STATION_SILENT: Final = Warn(
    Text("电站无读数", "Station silent"),
    Text(
        "{name}（{league}）超过 {limit} 分钟没有读数",
        "{name} ({league}): no reading for more than {limit} minutes",
    ),
    Text(
        "电站 {station} 已 {value} 分钟没有读数；从未上报的，自登记时起算。电站夜间也上报，因此夜间不例外。"
        "请检查通信、供电与采集器。",
        "Station {station} has had no reading for {value} minutes; one that was never heard of counts from its "
        "registration. Stations report at night too. Check its link, its power and its logger.",
    ),
)
NO_TELEMETRY: Final = Warn(
    Text("全部电站无遥测", "No telemetry at all"),
    Text(
        "InfluxDB 不应答，或最近 15 分钟没有任何读数",
        "InfluxDB refuses, or holds no reading of the last 15 minutes",
    ),
    Text(
        "可能是 InfluxDB、采集程序或 MQTT 服务器停了。已确认的报文在采集程序的缓存里，不会丢失。请运行 guangfu "
        "doctor。",
        "InfluxDB, ingest or the broker may be down. What was acknowledged waits in ingest's spool and is not lost. "
        "Run guangfu doctor.",
    ),
)
POSTGRES_AWAY: Final = Warn(
    Text("PostgreSQL 不应答", "PostgreSQL refuses"),
    Text("PostgreSQL 不应答", "PostgreSQL does not answer"),
    Text(
        "登记册、电量与收益都在其中；它不应答时，其他规则的查询也会报错。遥测照常入库。请启动 PostgreSQL，并检查 "
        "Grafana 的数据源。",
        "It holds registry, energy and income, so that other rules fail with it; telemetry goes on. Start "
        "PostgreSQL and "
        "check Grafana's data source.",
    ),
)
INGEST_STALLED: Final = Warn(
    Text("采集程序停滞", "Ingest stalled"),
    Text(
        "采集进程 {worker} 已 {value} 分钟没有连接 MQTT 服务器的记录",
        "Ingest worker {worker}: no word of a connection to the broker for {value} minutes",
    ),
    Text(
        "超过 {limit} 分钟。采集程序停了、连不上 MQTT 服务器，或写不进 PostgreSQL；停用的进程一天后不再告警。"
        "MQTT 服务器为采集程序保留报文。请检查采集程序及其日志，运行 guangfu doctor。",
        "More than {limit} minutes. Ingest is down, can't reach the broker, or can't write to PostgreSQL; a worker "
        "that was taken away alerts for a day. The broker keeps messages for it. Check ingest and its log; run "
        "guangfu doctor.",
    ),
)
SPOOL_AGEING: Final = Warn(
    Text("缓冲区报文滞留", "Spool ageing"),
    Text(
        "采集进程 {worker} 的缓冲区里最早的报文已等待 {value} 分钟",
        "The oldest message in the spool of ingest worker {worker} waits for {value} minutes",
    ),
    Text(
        "超过 {limit} 分钟。报文已落盘，不会丢，但没有入库：时序库慢或不应答，或没有登记册。"
        "请检查时序库与磁盘余量，见采集运行看板。",
        "More than {limit} minutes. The messages are on disk and not lost, but not stored: the telemetry store is "
        "slow or away, or there is no registry. Check it and the disk; see the ingest dashboard.",
    ),
)
DATABASE_REFUSING: Final = Warn(
    Text("数据库反复失败", "Database refusing"),
    Text(
        "采集进程 {worker} 十分钟内遇到数据库失败 {value} 次",
        "Ingest worker {worker} met {value} failures of the databases within ten minutes",
    ),
    Text(
        "超过 {limit} 次。时序库或 SQL 拒绝写入、不应答或超时；采集程序会重试，报文留在缓冲区。"
        "请检查两个数据库的日志、令牌与磁盘。",
        "More than {limit}. The telemetry store or SQL refuses, is away or too slow; ingest tries again and keeps the "
        "messages. Check the logs of both, the token and the disks.",
    ),
)
ACCOUNTING_LATE: Final = Warn(
    Text("核算滞后", "Accounting late"),
    Text(
        "有待算的电站日，核算已 {value} 小时没有算出结果",
        "Days wait, and accounting computed none for {value} hours",
    ),
    Text(
        "读数到了，但超过 {limit} 小时没有算出任何一天的电量。请检查核算程序是否在运行及其日志。",
        "Readings have come, but no day's energy was computed for more than {limit} hours. Check that accounting "
        "runs, and "
        "its log.",
    ),
)
YESTERDAY_MISSING: Final = Warn(
    Text("昨日电量未算完", "Yesterday's energy not complete"),
    Text(
        "{value}% 在线电站的昨日电量缺失或未完成",
        "{value}% of the stations that are heard lack a complete yesterday",
    ),
    Text(
        "凌晨三点以后，今天有读数的电站里，昨日电量没有算完的超过 {limit}%。请检查核算程序；"
        "若电站昨日确实没有读数，可以不处理。",
        "After three in the morning more than {limit}% of the stations heard today have no complete energy of "
        "yesterday. "
        "Check accounting; nothing is wrong where they had no readings.",
    ),
)
MONTH_OVERDUE: Final = Warn(
    Text("上月站月逾期未结", "Last month overdue"),
    Text(
        "{league}：{value} 座村级电站的上月仍未入账",
        "{league}: last month of {value} village-level stations is still open",
    ),
    Text(
        "已到本月 {limit} 日，这些电站的上月既没有入账的预估，也没有入账的结算单：有电量的天数不足、有日子没有算完，"
        "或核算没有运行。结算与资金看板列出各站状态，收益看板最后一张表列出天数不足的电站。",
        "It is day {limit} of the month or later, and these stations have neither an estimate nor a statement of last "
        "month in the books: too few days have a figure, days are not complete, or accounting does not run. The "
        "finance dashboard has each station's state, the last table of the income dashboard those with too few days.",
    ),
)
RECEIPTS_LATE: Final = Warn(
    Text("到账逾期", "Receipts late"),
    Text("{league}：逾期未到账 {value} 元", "{league}: {value} yuan are late"),
    Text(
        "已结算、已过规则的到账期限（deadlines.csv，可能待核实）而未到结转机构的金额，基础与补贴合计。"
        "请核对银行流水（guangfu receipts list --unmatched），向供电公司查询；收益看板有账龄。",
        "Settled, past the deadline of the rules (deadlines.csv, which may be unconfirmed) and not in the agency's "
        "account, base and subsidy together. Match the bank's lines (guangfu receipts list --unmatched), ask the power "
        "company; the income dashboard has the ages.",
    ),
)
FINDINGS_OPEN: Final = Warn(
    Text("严重稽核发现待处理", "Serious audit findings open"),
    Text("{name}：{value} 项待处理", "{name}: {value} open"),
    Text(
        "稽核检查的严重发现，既没有说明也没有消除。请运行 guangfu audit list、guangfu audit show，处理后再运行，"
        "或用 guangfu audit explain 说明理由。",
        "Serious findings of an audit check that are neither explained nor gone. Run guangfu audit list and guangfu "
        "audit show; mend the cause, or give the reason with guangfu audit explain.",
    ),
)
OUTPUT_LOW: Final = Warn(
    Text("全部电站昨日发电偏低", "Fleet output low"),
    Text(
        "昨日每千瓦发电只有近两周中位数的 {value}%",
        "Yesterday's energy per kW is {value}% of the median of two weeks",
    ),
    Text(
        "低于 {limit}%。只比较近十四天，不看天气与辐照：大范围的雪、沙尘或连阴也会如此。"
        "否则请检查是否大面积停机、限电或计量出错。",
        "Under {limit}%. It is compared with the last fourteen days only, not with weather or irradiance: wide "
        "snow, dust or "
        "cloud looks the same. Otherwise look for outages, curtailment or faulty metering.",
    ),
)
DEAD_LETTERS: Final = Warn(
    Text("无法处理的报文增多", "Dead letters growing"),
    Text("最近一小时有 {value} 条报文无法处理", "{value} messages of the last hour could not be taken"),
    Text(
        "超过每小时 {limit} 条。报文都留着，改正后可以重放。请运行 guangfu dead-letters list 查看原因。",
        "More than {limit} in an hour. They are kept and can be replayed once the cause is gone. Run guangfu "
        "dead-letters "
        "list for the reasons.",
    ),
)

FAILED: Final = Text("“{title}”的查询失败，无法判断", "The query of “{title}” fails: nothing can be said")
FAILED_WHY: Final = Text(
    "请检查 Grafana 的数据源、数据库，以及其用户的读取权限。",
    "Check Grafana's data source, the database, and whether its user may read what is asked.",
)

MESSAGE_TITLE: Final = Text(
    "光伏告警：触发 {{ len .Alerts.Firing }} 条，恢复 {{ len .Alerts.Resolved }} 条",
    "PV alerts: {{ len .Alerts.Firing }} firing, {{ len .Alerts.Resolved }} resolved",
)
_LISTED: Final = "{{ range $i, $a := .Alerts.%s }}{{ if lt $i 10 }}- {{ $a.Annotations.summary }}\n{{ end }}{{ end }}"
_FIRING, _RESOLVED = _LISTED % "Firing", _LISTED % "Resolved"
_MORE: Final = "{{ if gt (len .Alerts.%s) 10 }}…\n{{ end }}"
MESSAGE: Final = Text(
    _FIRING + _MORE % "Firing" + "{{ if .Alerts.Resolved }}已恢复：\n" + _RESOLVED + _MORE % "Resolved" + "{{ end }}",
    _FIRING + _MORE % "Firing" + "{{ if .Alerts.Resolved }}Resolved:\n" + _RESOLVED + _MORE % "Resolved" + "{{ end }}",
)
"""A chat shows ten of each at most: a message of theirs holds 4096 bytes."""

FEISHU: Final = Text(
    '{{ $text := printf "光伏告警：触发 %d 条，恢复 %d 条" (len .Alerts.Firing) (len .Alerts.Resolved) }}',
    '{{ $text := printf "PV alerts: %d firing, %d resolved" (len .Alerts.Firing) (len .Alerts.Resolved) }}',
)
"""The head of a Feishu message; the rest of its payload has no words."""
