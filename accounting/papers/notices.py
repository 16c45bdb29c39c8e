"""The public notice (公示) of a village's plan, or of its result: large type, names in part, a code that proves it.

The code is the beginning of the SHA-256 of the canonical content, in Crockford's base 32. The content's hash is kept as
a row, so that the code is confirmed years later; the content has names in part and is not kept in SQL.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from accounting.papers.common import Office, month_name, village_name, yuan
from accounting.papers.masking import masked_name, public_words, supplier_name
from accounting.papers.model import Column, Kind, Look, Paper, Row, Table
from accounting.villages.imports import Declined
from guangfu.income.plans import PlanLine, Post
from guangfu.income.rules.spending import PlanLimitKind, Spending, in_force
from guangfu.income.rules.spending_words import SPENDING_NAMES
from guangfu.stations.models import StationKind, valid_on
from guangfu.storage.personal_keys import Keyring, PersonsSettings, load_keys
from guangfu.storage.sql.journal import read_heads
from guangfu.storage.sql.money import total_of, village_money
from guangfu.storage.sql.notices import Notice, heads_text, keep_notice
from guangfu.storage.sql.payments import Due, read_dues, read_payments
from guangfu.storage.sql.persons import PersonKind, Secret, look, read_persons
from guangfu.storage.sql.plans import read_plan_lines, read_plan_years, read_posts
from guangfu.texts import Text

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
POSTED_DAYS: Final = 10
"""Where no rule says how long a notice hangs."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line in public: `who` is a name in part, or empty where a line of the plan names nobody. [fen]"""

    section: str
    who: str
    words: str
    amount_fen: int
    tag: str = ""


@dataclass(frozen=True)
class Content:
    """What a notice says, without its look and language; `year` alone, or a month of it."""

    kind: str
    village_id: str
    year: int
    month: str | None
    posted_on: date
    posted_until: date
    lines: tuple[Line, ...]
    total_fen: int

    def canonical(self) -> bytes:
        """Versioned bytes: UTF-8 JSON without blanks, fields in this order."""
        said = {
            "v": 1, "kind": self.kind, "village": self.village_id, "year": self.year, "month": self.month,
            "from": self.posted_on.isoformat(), "to": self.posted_until.isoformat(), "total_fen": self.total_fen,
            "lines": [[x.section, x.who, x.words, x.amount_fen, x.tag] for x in self.lines],
        }  # fmt: skip
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()

    @property
    def code(self) -> str:
        return code_of(self.canonical())


def code_of(canonical: bytes) -> str:
    """The first 80 bits of the SHA-256, four groups of four.

    >>> code_of(b"")
    'WERC-8GMR-ZGE1-96QV'
    """
    number = int.from_bytes(hashlib.sha256(canonical).digest()[:10], "big")
    digits = "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(digits[i : i + 4] for i in range(0, 16, 4))


def notice(
    db: Connection, office: Office, village_id: str, year: int, kind: str, *, month: str | None = None,
    posted_on: date | None = None,
) -> Paper:  # fmt: skip
    """The paper of a notice; keeps its code, and each look at a name.

    Args:
        kind: `plan`, or `result` of the year or of one month.
        posted_on: The first day on the wall; of a plan the one that is recorded, else the day of printing.

    Raises:
        KeyError: There is no such village.
        Declined: There is nothing to post.
        BadSettings: There are persons to name, and the keys are not set.
    """
    village = office.registry.villages[village_id]
    lines = (
        _plan_lines(db, office, village_id, year) if kind == "plan"
        else _result_lines(db, office, village_id, month or str(year))
    )  # fmt: skip
    if not lines:
        raise Declined(_NOTHING)
    first = posted_on or _recorded_day(db, village_id, year, kind) or office.desk.today
    last = first + timedelta(days=posting_days(office, first) - 1)
    total = sum(line.amount_fen for line in lines if line.section != "post")
    content = Content(kind, village.village_id, year, month, first, last, tuple(lines), total)
    kept = keep_notice(db, _row(db, office, content))
    return _paper(db, office, content, kept)


def posting_days(office: Office, day: date) -> int:
    """For how many days a notice hangs, by the rules of the day."""
    limits = [
        limit for limit in office.desk.rules.plan_limits
        if limit.kind is PlanLimitKind.POSTING_DAYS and in_force(limit, day, StationKind.VILLAGE)
    ]  # fmt: skip
    return int(max(limits, key=lambda limit: limit.valid_from).value) if limits else POSTED_DAYS


def _recorded_day(db: Connection, village_id: str, year: int, kind: str) -> date | None:
    plans = read_plan_years(db, village_id=village_id, year=year) if kind == "plan" else []
    return plans[0].posted_on if plans else None


def _row(db: Connection, office: Office, content: Content) -> Notice:
    plan = content.kind == "plan"
    return Notice(
        content.code, content.kind, content.village_id, content.year, content.month, content.posted_on,
        content.posted_until, len(content.lines), content.total_fen if plan else None,
        None if plan else content.total_fen, content.sha256, heads_text(read_heads(db)), office.registry.synthetic,
        office.now, office.desk.by,
    )  # fmt: skip


def _plan_lines(db: Connection, office: Office, village_id: str, year: int) -> list[Line]:
    """The plan's lines, then the posts of the year with their holders."""
    lines = read_plan_lines(db, village_id=village_id, year=year)
    known = {line.line_id for line in lines}
    posts = [post for post in read_posts(db, villages=[village_id]) if post.line_id in known]
    names = names_in_part(db, office, [post.person_id for post in posts], f"公示 {village_id} {year} plan")
    return [_planned(line) for line in lines] + [_post(post, names) for post in posts]


def _planned(line: PlanLine) -> Line:
    name = SPENDING_NAMES[Spending(line.spending)].zh
    return Line("line", "", public_words(line.purpose, name), int(line.planned_fen), line.spending)


def _post(post: Post, names: dict[str, str]) -> Line:
    words = public_words(post.duty, SPENDING_NAMES[Spending.POSTS].zh)
    return Line("post", names[post.person_id], words, int(post.wage_fen), post.paid_by)


def _result_lines(db: Connection, office: Office, village_id: str, period: str) -> list[Line]:
    """What arrived, by payee, class and reason; of a year summed over its months."""
    dues = {due.due_id: due for due in read_dues(db, village_id=village_id) if due.month.startswith(period)}
    paid = [p for p in read_payments(db, due_ids=list(dues)) if p.state == "paid"] if dues else []
    names = names_in_part(db, office, [p.payee_id for p in paid], f"公示 {village_id} {period} result")
    sums: dict[tuple[str, str, str], int] = {}
    for payment in paid:
        due = dues[payment.due_id]
        key = str(due.spending or Spending.OTHER), payment.payee_id, _reason(due)
        sums[key] = sums.get(key, 0) + int(payment.paid_fen)
    order = [str(s) for s in Spending]
    rows = sorted(sums.items(), key=lambda item: (order.index(item[0][0]), item[0][2], item[0][1]))
    return [Line("paid", names[payee], reason, amount, spending) for (spending, payee, reason), amount in rows]


def _reason(due: Due) -> str:
    return public_words(due.reason, SPENDING_NAMES[Spending(due.spending or Spending.OTHER)].zh)


def names_in_part(db: Connection, office: Office, payees: Sequence[str], purpose: str) -> dict[str, str]:
    """Each payee's name as it may hang in public; the look is kept. One that was erased is `—`."""
    if not payees:
        return {}
    keys: Keyring = load_keys(PersonsSettings.load())
    kinds = {name: person.kind for name, person in read_persons(db, payees).items()}
    known = look(db, keys, payees, [Secret.NAME], purpose=purpose, at=office.now, by=office.desk.by)
    found = {}
    for payee, secrets in known.items():
        name = secrets.get(Secret.NAME, "")
        mask = supplier_name if kinds.get(payee) == PersonKind.SUPPLIER else masked_name
        found[payee] = mask(name) if name else "—"
    return found


def _paper(db: Connection, office: Office, content: Content, kept: Notice) -> Paper:
    name = village_name(office.registry, content.village_id)
    period = month_name(content.month) if content.month else Text(f"{content.year} 年", str(content.year))
    plan = content.kind == "plan"
    total = Text("计划总额（元）", "planned in all (yuan)") if plan else Text("发放总额（元）", "paid in all (yuan)")
    site = office.settings.verify_url.rstrip("/")
    url = f"{site}/notices/{kept.code}" if site else kept.code
    how = _BY_PHONE.filled(site=site) if site else _BY_OFFICE
    return Paper(
        title=_PLAN if plan else _RESULT,
        subtitle=Text(f"{name.zh}　{period.zh}", f"{name.en}, {period.en}"), issuer=office.issuer, number=kept.code,
        printed_at=office.desk.at, synthetic=office.registry.synthetic, look=Look.NOTICE,
        answer=(total, yuan(content.total_fen)), facts=_facts(db, office, content), tables=_tables(content),
        paragraphs=_complaints(office), signatures=_SIGN, code=kept.code, qr=url,
        small=(how, _HEADS.filled(code=kept.code), *(Text(head, head) for head in kept.heads.split())),
    )  # fmt: skip


def _facts(db: Connection, office: Office, content: Content) -> tuple[tuple[Text, str], ...]:
    first, last = content.posted_on, content.posted_until
    days = (last - first).days + 1
    to = Text(f"{first} 至 {last}（{days} 天）", f"{first} to {last} ({days} days)")(office.lang)
    facts = [(Text("公示期", "posted"), to)]
    if content.kind == "result":
        months = (content.month, content.month) if content.month else (f"{content.year}-01", f"{content.year}-12")
        money = total_of(village_money(db, office.registry, content.village_id, *months))
        facts.append((Text("到村收益（元）", "arrived in the village (yuan)"), yuan(money.arrived_fen)))
    else:
        posts = [h for h in office.registry.households_of.get(content.village_id, ()) if valid_on(h, first)]
        facts.append((Text("受益户", "beneficiary households"), str(len(posts))))
    return tuple(facts)


def _tables(content: Content) -> tuple[Table, ...]:
    if content.kind == "result":
        rows = [Row((x.who, _class(x.tag), _words(x), x.amount_fen)) for x in content.lines]
        return (Table(Text("发放明细", "What was paid"), RESULT_COLUMNS, tuple(rows)),)
    lines = [x for x in content.lines if x.section == "line"]
    posts = [x for x in content.lines if x.section == "post"]
    plan = Table(
        Text("计划用途", "What it is for"), PLAN_COLUMNS,
        tuple(Row((i, _class(x.tag), _words(x), x.amount_fen)) for i, x in enumerate(lines, 1)),
    )  # fmt: skip
    if not posts:
        return (plan,)
    held = tuple(Row((x.who, _words(x), _PER[x.tag], x.amount_fen)) for x in posts)
    return plan, Table(Text("公益岗位人员", "Who holds a post"), POST_COLUMNS, held)


def _class(spending: str) -> Text:
    return SPENDING_NAMES[Spending(spending)]


def _words(line: Line) -> Text:
    """What somebody typed stays as it is; where the class stands for it, it has both languages."""
    by_name = {text.zh: text for text in SPENDING_NAMES.values()}
    return by_name.get(line.words, Text(line.words, line.words))


def _complaints(office: Office) -> tuple[Text, ...]:
    said = office.settings.complaints
    where = Text(f"监督举报：{said}", f"Complaints: {said}") if said else _WHERE
    return (_HIDDEN, where)


_PLAN: Final = Text("光伏帮扶收益使用计划公示", "Public notice: plan of use of PV income")
_RESULT: Final = Text("光伏帮扶收益使用结果公示", "Public notice: what PV income was used for")
_PER: Final = {"month": Text("每月", "a month"), "day": Text("每日", "a day")}
_SIGN: Final = (Text("村委会（盖章）", "village committee (seal)"), Text("日期", "date"))
_HIDDEN: Final = Text(
    "姓名只显示一部分；身份证号、银行卡号、电话、住址和健康状况不公示。",
    "Names are shown in part; identity numbers, cards, telephones, addresses and health are not posted.",
)
_WHERE: Final = Text(
    "有异议请在公示期内向村委会或苏木乡镇反映。", "Objections go to the village committee or the township."
)
_BY_PHONE: Final = Text(
    "怎么核对：用手机扫左边的二维码，或打开 {site}/notices/验证码，看村名、金额、行数和日期与本公示是不是一样。",
    "To check: scan this code, or open {site}/notices/CODE, and compare village, amount, lines and days.",
)
_BY_OFFICE: Final = Text(
    "怎么核对：把验证码告诉旗县主管部门或苏木乡镇，由他们查验村名、金额、行数和日期。",
    "To check: tell the banner's office or the township this code; they see village, amount, lines and days.",
)
_HEADS: Final = Text(
    "查验命令 guangfu papers check {code}；首次打印时各账簿的链头（guangfu ledger verify --head）：",
    "guangfu papers check {code}; heads of the books when this was first printed (guangfu ledger verify --head):",
)
_NOTHING: Final = Text(
    "没有可公示的内容：没有计划，或没有已发放的款项", "there is nothing to post: no plan, or nothing that was paid"
)
RESULT_COLUMNS: Final = (
    Column("who", Text("姓名", "name")),
    Column("class", Text("类别", "class")),
    Column("why", Text("事由", "reason")),
    Column("amount", Text("金额（元）", "yuan"), Kind.FEN, total=True),
)
PLAN_COLUMNS: Final = (
    Column("number", Text("序号", "no."), Kind.COUNT),
    Column("class", Text("类别", "class")),
    Column("why", Text("内容", "what")),
    Column("amount", Text("金额（元）", "yuan"), Kind.FEN, total=True),
)
POST_COLUMNS: Final = (
    Column("who", Text("姓名", "name")),
    Column("why", Text("职责", "duty")),
    Column("per", Text("计酬", "paid by")),
    Column("amount", Text("工资（元）", "wage, yuan"), Kind.FEN),
)
