"""What this month and year will bring, on a station's page."""

from typing import Final

from guangfu.texts import Text

FORECAST: Final = {
    "forecast.title": Text("本月和本年发电量预测", "Energy expected this month and year"),
    "forecast.month": Text("本月", "Month"),
    "forecast.year": Text("本年", "Year"),
    "forecast.to_date": Text("已发", "To date"),
    "forecast.p50": Text("预测（P50）", "Expected (P50)"),
    "forecast.p90": Text("九成可能达到（P90）", "Exceeded in 90 of 100 (P90)"),
    "forecast.p10": Text("一成可能达到（P10）", "Exceeded in 10 of 100 (P10)"),
    "forecast.no_day": Text("期间内还没有结束的一天", "No day of the period is over yet"),
    "forecast.record": Text(
        "按近一年 {n} 天，本站为常年水平的 {part}。",
        "On {n} days of the last year the station gave {part} of a typical one.",
    ),
    "forecast.rule": Text(
        "规则 {rule} = {value}（{document}，依据 {confidence}）",
        "Rule {rule} = {value} ({document}, confidence {confidence})",
    ),
    "forecast.no_document": Text("无文件", "no document"),
}
