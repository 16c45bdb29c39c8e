"""Whether a notice, or its file, is ours."""

import hashlib
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from accounting.papers.common import yuan
from guangfu.storage.sql.notices import Notice
from guangfu.storage.sql.papers import read_vouchers
from guangfu.texts import Lang, Text

KINDS: Final = {"plan": Text("计划", "plan"), "result": Text("结果", "result")}
HEADS: Final = (
    Text("验证码", "code"), Text("类型", "kind"), Text("嘎查村", "village"), Text("期间", "period"),
    Text("公示期", "posted"), Text("演示", "synthetic"), Text("行数", "lines"), Text("金额（元）", "amount, yuan"),
)  # fmt: skip


def cells(notice: Notice, lang: Lang) -> tuple[str, ...]:
    """A notice as a line of a table."""
    amount = notice.planned_fen if notice.planned_fen is not None else notice.paid_fen
    return (
        notice.code, KINDS[notice.kind](lang), notice.village_id, notice.month or str(notice.year),
        f"{notice.posted_on} – {notice.posted_until}", Text("是", "yes")(lang) if notice.synthetic else "",
        str(notice.line_count), yuan(amount or 0),
    )  # fmt: skip


def is_printed(db: Connection, code: str, path: Path) -> bool:
    """Is the file, to the byte, one that was printed under the code?"""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return any(v.number == code and v.file_sha256 == digest for v in read_vouchers(db, kind="notice"))
