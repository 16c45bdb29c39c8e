"""Whether a code on a public notice is one of ours: answers what the paper must say, never a name."""

from typing import Annotated, Final

from fastapi import APIRouter, Path

from api import notice_schemas as schemas
from api.language import Language
from api.parts import ApiParts
from api.problems import NotFound
from guangfu.storage.sql.notices import Notice, normal_code, read_notice
from guangfu.texts import Lang, Text

router = APIRouter(prefix="/v1/notices", tags=["notices"])
Code = Annotated[
    str, Path(min_length=16, max_length=40, description="as printed; case, blanks and dashes don't matter")
]
NO_NOTICE: Final = Text(
    "没有登记过验证码 {id}：不是本机构的公示。",
    "There is no notice {id}: the paper is not ours, or was copied wrongly.",
)


@router.get("/{code}", response_model=schemas.Notice)
def read_public_notice(parts: ApiParts, lang: Language, code: Code) -> schemas.Notice:
    """A notice by the code that is printed on it: village, period, posting days, number of lines, amount."""
    known = normal_code(code)
    with parts.engine.connect() as db:
        found = None if known is None else read_notice(db, known)
    if found is None:
        raise NotFound(NO_NOTICE, id=code)
    return _answer(found, _village(parts, found.village_id, lang))


def _village(parts: ApiParts, village_id: str, lang: Lang) -> str:
    """Its name, or its id where the registry has it no more."""
    found = parts.registry.villages.get(village_id)
    return village_id if found is None else Text(found.name, found.name_en)(lang)


def _answer(found: Notice, village: str) -> schemas.Notice:
    heads = [head.split(":") for head in found.heads.split()]
    return schemas.Notice(
        code=found.code, kind="plan" if found.kind == "plan" else "result", village_id=found.village_id,
        village=village, year=found.year, month=found.month, posted_on=found.posted_on,
        posted_until=found.posted_until, line_count=found.line_count, planned_fen=found.planned_fen,
        paid_fen=found.paid_fen, canonical_sha256=found.canonical_sha256,
        heads=[schemas.NoticeHead(book=book, entry=int(entry), hash=hash_) for book, entry, hash_ in heads],
        synthetic=found.synthetic,
    )  # fmt: skip
