"""What the commands say."""

from typing import Final

from dashboards.pushing import Kind, State, Step
from guangfu.texts import Lang, Text

BAD_SETTINGS: Final = Text("设置有误：\n{faults}", "Wrong settings:\n{faults}")
WRITTEN: Final = Text("已写出 {count} 个文件到 {folder}", "{count} files written to {folder}")
PUSHED_BEFORE: Final = Text(
    "若曾向此 Grafana 推送过告警，请先执行 guangfu dashboards push --without-alerts，否则它将无法启动。",
    "Where alerts were pushed to this Grafana before, first run guangfu dashboards push --without-alerts: else it will "
    "not start.",
)
CANT_WRITE: Final = Text("无法写入 {path}：{why}", "Can't write {path}: {why}")
UNAVAILABLE: Final = Text(
    "无法使用 Grafana（{why}）。请检查地址、用户或令牌及其权限，然后重试。",
    "Grafana is not available ({why}). Check address, user or token and their rights, then try again.",
)
REFUSED: Final = Text("Grafana 拒绝：{why}", "Grafana refuses: {why}")
EDITED: Final = Text(
    "曾手工修改（{who}），原版本在 Grafana 的版本记录中", "edited by hand ({who}); Grafana keeps that version"
)
PULLED: Final = Text("已写出 {count} 个文件到 {folder}", "{count} files written to {folder}")
REPEATED: Final = Text("看板的标识或标题重复：{which}", "a uid or title of a dashboard is repeated: {which}")
GRANTED: Final = Text(
    "PostgreSQL 用户 {role} 可以读取 {count} 个视图，其余一概不能。",
    "PostgreSQL's user {role} can read {count} views, and nothing else.",
)
READS_INFLUX: Final = Text(
    "InfluxDB 用户 {user} 只能读取该存储桶，不能写入。",
    "InfluxDB's user {user} can read the bucket, and writes nothing.",
)
DATABASE_AWAY: Final = Text(
    "数据库不可用（{why}）。请检查地址后重试。", "The database is away ({why}). Check its address."
)
DATABASE_REFUSES: Final = Text(
    "数据库拒绝：{why}。PostgreSQL 可由管理员执行 guangfu dashboards grants --print 输出的语句；"
    "InfluxDB 需管理员令牌（GUANGFU_STORAGE_INFLUX_TOKEN）。",
    "The database refuses: {why}. PostgreSQL's administrator can run what guangfu dashboards grants --print prints; "
    "InfluxDB wants an operator's token (GUANGFU_STORAGE_INFLUX_TOKEN).",
)

KINDS: Final = {
    Kind.FOLDER: Text("文件夹", "folder"),
    Kind.SOURCE: Text("数据源", "data source"),
    Kind.DASHBOARD: Text("看板", "dashboard"),
    Kind.RULE: Text("告警规则", "alert rule"),
    Kind.GROUP: Text("规则组", "rule group"),
    Kind.CONTACT: Text("联系点", "contact point"),
    Kind.POLICY: Text("通知策略", "notification policy"),
}
_STUCK: Final = {
    State.FOR_FILES: Text(
        "不推送：本 Grafana 的告警由文件供给，请重新执行 guangfu dashboards build",
        "not pushed: this Grafana's alerts come from files, let guangfu dashboards build write them anew",
    ),
    State.FROM_FILE: Text("由文件供给，不改", "comes from a file, left"),
    State.TITLE_TAKEN: Text(
        "同名看板已存在，请先改名或移走", "another dashboard there has this title: rename or move it first"
    ),
}
DONE: Final = {
    State.MISSING: Text("已新建", "created"),
    State.DIFFERENT: Text("已更新", "updated"),
    State.SAME: Text("无变化", "left"),
    State.UNWANTED: Text("已删除", "deleted"),
    **_STUCK,
}
WOULD: Final = {
    State.MISSING: Text("将新建", "would be created"),
    State.DIFFERENT: Text("将更新", "would be updated"),
    State.SAME: Text("无变化", "left"),
    State.UNWANTED: Text("将删除", "would be deleted"),
    **_STUCK,
}
FOUND: Final = {
    State.MISSING: Text("缺少", "missing"),
    State.DIFFERENT: Text("有差别", "different"),
    State.SAME: Text("相同", "the same"),
    State.UNWANTED: Text("多余", "not wanted any more"),
    State.FROM_FILE: Text("由文件供给", "comes from a file"),
    State.FOR_FILES: _STUCK[State.FOR_FILES],
    State.TITLE_TAKEN: _STUCK[State.TITLE_TAKEN],
}


def line(lang: Lang, step: Step, said: Text, most: int) -> str:
    """One line of what was found or done, with the first differences."""
    differs = ", ".join(step.differs[:most]) + (" …" if len(step.differs) > most else "")
    edited = "  " + EDITED(lang, who=step.edited_by) if step.edited_by else ""
    what = f"  ({differs})" if differs else ""
    return f"{said(lang)}  {KINDS[step.kind](lang)}  {step.uid}  {step.title}{what}{edited}"
