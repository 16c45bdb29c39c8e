"""Words of the dashboard of ingest."""

from typing import Final

from dashboards.words import say
from guangfu.texts import Text

TITLE: Final = Text("光伏采集运行", "PV ingest")
DESCRIPTION: Final = Text(
    "电站发来的数据到了吗，等了多久：速率、缓冲区、失败、延迟。",
    "Does what stations send arrive, and how long does it wait: rates, spool, failures, delay.",
)
WORD_AGE: Final = say(
    "采集程序最近一次记录距今",
    "Ingest last told of itself",
    "采集程序每 15 秒向 PostgreSQL 记录一次运行情况；超过 60 秒为红：采集程序停了，或 PostgreSQL 不应答。",
    "Ingest tells PostgreSQL every 15 seconds how it does; red after 60: ingest is down, or PostgreSQL is away.",
)
RECEIVED_NOW: Final = say(
    "收到报文",
    "Messages received",
    "最近两分钟平均每秒落盘的报文数。",
    "Messages on disk a second, over the last two minutes.",
)
STORED_NOW: Final = say(
    "入库读数",
    "Readings stored",
    "最近两分钟平均每秒写入时序库的读数。",
    "Readings written to the telemetry store a second, over the last two minutes.",
)
WAITING: Final = say(
    "待入库报文",
    "Waiting",
    "缓冲区中已落盘、尚未入库的报文数；持续增加说明数据库慢或不可用，报文不会丢。",
    "On disk and not stored yet; it grows while the database is slow or away, and nothing is lost.",
)
OLDEST: Final = say(
    "最久等待",
    "Oldest waits",
    "缓冲区中最早一条报文的等待时间；超过 5 分钟为红。",
    "How long the oldest message has waited in the spool; red after five minutes.",
)
LETTERS: Final = say(
    "一小时死信",
    "Dead letters, 1 h",
    "最近一小时无法处理而保留的报文与读数。",
    "Messages and readings of the last hour that could not be taken and are kept.",
)
RATES: Final = say(
    "每秒收到的报文与入库的读数",
    "Messages received and readings stored a second",
    "所有工作进程之和，每步取平均；一条报文可含多个读数。",
    "Of all workers, the mean of each step; a message may hold several readings.",
)
SPOOL: Final = say(
    "缓冲区：待入库报文与待写 SQL 的行",
    "Spool: messages that wait, and rows that wait for SQL",
    "每步的最大值，所有工作进程之和。",
    "The most of each step, all workers together.",
)
AGE: Final = say(
    "缓冲区最早一条报文的等待时间",
    "Age of the oldest message in the spool",
    "每步的最大值；正常时接近 0。",
    "The most of each step; close to 0 when all is well.",
)
FAILURES: Final = say(
    "每分钟失败次数与死信",
    "Failures and dead letters a minute",
    "时序库写入失败（会重试）、SQL 不应答的次数，以及死信数。",
    "Writes that the telemetry store did not take (they are tried again), times that SQL was away, and dead letters.",
)
DELAY: Final = say(
    "电站读数的延迟",
    "Delay of the stations' readings",
    "最近一小时有报文的电站：最近一次收到时，读数距采集时刻多久。电站时钟不准也会显出延迟。",
    "Stations heard within the hour: how old their last reading was when it came. A wrong clock shows as delay.",
)
DISK: Final = say(
    "磁盘余量与缓冲区大小",
    "Room on the disk, and size of the spool",
    "缓冲区所在磁盘的剩余空间与缓冲区字节数；余量过低时采集暂停，报文留在 MQTT 服务器。",
    "Free space where the spool is, and its bytes; with too little room ingest pauses and the broker keeps messages.",
)
WORKERS: Final = say(
    "各工作进程",
    "The workers",
    "最近一天内有记录的工作进程及其启动以来的计数。",
    "Workers that told of themselves within a day, with their counts since they started.",
)
RECEIVED: Final = Text("收到报文", "Messages")
STORED: Final = Text("入库读数", "Readings")
MESSAGES: Final = Text("待入库报文", "Messages that wait")
OUTBOX: Final = Text("待写 SQL 的行", "Rows for SQL")
OLDEST_SERIES: Final = Text("最久等待", "Oldest message")
STORE_FAILURES: Final = Text("时序库写入失败", "Store failures")
SQL_FAILURES: Final = Text("SQL 不应答", "SQL away")
DEAD_LETTERS: Final = Text("死信", "Dead letters")
DELAY_COLUMN: Final = Text("延迟", "Delay")
STATIONS: Final = Text("电站数", "Stations")
DISK_FREE: Final = Text("磁盘余量", "Free on disk")
SPOOL_BYTES: Final = Text("缓冲区", "Spool")
WORKER: Final = Text("进程", "Worker")
LAST_WORD: Final = Text("最近记录", "Last word")
STARTED: Final = Text("启动于", "Started")
CONNECTED: Final = Text("已连接", "Connected")
PAUSED: Final = Text("已暂停", "Paused")
SET_ASIDE: Final = Text("损坏搁置", "Set aside")
YES: Final = Text("是", "yes")
NO: Final = Text("否", "no")
