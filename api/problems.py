"""Every error is one shape, RFC 9457 problem details, and one table says which status it has.

Problem
├── NotFound        404   nothing has this id
├── Unauthorized    401   a change without the right token
├── Forbidden       403   changes are not switched on
├── BadRequest      422   a parameter is unknown, twice there, or out of its bounds
├── TooManyStreams  503   the live stream has no place left
└── NotReady        503   a part that the API needs does not answer
"""

from typing import Any, Final, NamedTuple

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from api import schemas
from api.language import asked_language
from api.web.routes import not_found_page, wants_page
from guangfu.storage.errors import Refused, Unavailable
from guangfu.texts import Lang, Text

MEDIA_TYPE: Final = "application/problem+json"
log = structlog.get_logger()


class Problem(Exception):
    """An error that the API answers with a text of its own."""

    def __init__(self, detail: Text, **values: object) -> None:
        super().__init__(detail(Lang.EN, **values))
        self.detail = detail
        self.values = values

    def text(self, lang: Lang) -> str:
        return self.detail(lang, **self.values)


class NotFound(Problem):
    pass


class Unauthorized(Problem):
    pass


class Forbidden(Problem):
    pass


class BadRequest(Problem):
    pass


class TooManyStreams(Problem):
    pass


class NotReady(Problem):
    pass


class Kind(NamedTuple):
    status: int
    slug: str
    title: Text


UNAVAILABLE: Final = Kind(503, "unavailable", Text("暂时无法提供服务", "A part can't be reached"))
INTERNAL: Final = Kind(500, "internal", Text("服务内部错误", "Internal error"))
INVALID: Final = Kind(422, "invalid-parameter", Text("参数有误", "Invalid parameter"))
NO_SUCH: Final = Kind(404, "not-found", Text("没有找到", "Not found"))

TABLE: Final[dict[type[Exception], Kind]] = {
    NotFound: NO_SUCH,
    Unauthorized: Kind(401, "unauthorized", Text("需要令牌", "A token is needed")),
    Forbidden: Kind(403, "forbidden", Text("不允许", "Not allowed")),
    BadRequest: INVALID,
    RequestValidationError: INVALID,
    TooManyStreams: Kind(503, "too-many-streams", Text("实时连接已满", "Too many live streams")),
    NotReady: Kind(503, "not-ready", Text("尚未就绪", "Not ready")),
    Unavailable: UNAVAILABLE,
    Refused: INTERNAL,
    Exception: INTERNAL,
}
"""From error to status; the most special class that fits wins."""

BY_STATUS: Final = {
    404: NO_SUCH,
    405: Kind(405, "method-not-allowed", Text("不支持该方法", "Method not allowed")),
    421: Kind(421, "unknown-host", Text("不认识的主机名", "Unknown host name")),
    503: UNAVAILABLE,
}
"""What the framework itself raises."""

READ_ONLY: Final = Text("该地址不支持这一方法，只读地址请用 GET。", "Not this method here; what only reads takes GET.")
NO_PAGE: Final = Text("没有地址 {path}。", "There is nothing at {path}.")
PART_AWAY: Final = Text("{part} 无法访问，请稍后再试。", "{part} can't be reached; try again later.")
OURS: Final = Text("服务出错，详情见日志。", "Something went wrong; the log has the details.")


def problem_response(request: Request, kind: Kind, detail: str, headers: dict[str, str] | None = None) -> Response:
    lang = asked_language(request)
    problem = schemas.Problem(
        type=f"urn:guangfu:problem:{kind.slug}",
        title=kind.title(lang),
        status=kind.status,
        detail=detail,
        instance=request.url.path,
    )
    more = {503: {"Retry-After": "5"}, 401: {"WWW-Authenticate": "Bearer"}}.get(kind.status, {})
    return Response(
        problem.model_dump_json(),
        status_code=kind.status,
        media_type=MEDIA_TYPE,
        headers={**more, **(headers or {}), "Cache-Control": "no-store", "Content-Language": lang.value},
    )


def kind_of(error: Exception) -> Kind:
    return next(TABLE[ancestor] for ancestor in type(error).__mro__ if ancestor in TABLE)


def _answer(request: Request, error: Exception) -> Response:
    lang, kind = asked_language(request), kind_of(error)
    match error:
        case Problem():
            detail = error.text(lang)
        case RequestValidationError():
            detail = "; ".join(_fault(fault) for fault in error.errors())
        case Unavailable():
            detail = PART_AWAY(lang, part=error.part)
            log.warning("unavailable", part=error.part, detail=error.detail)
        case _:
            detail = OURS(lang)
            log.error("request_failed", path=request.url.path, error=repr(error))
    return problem_response(request, kind, detail)


def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and wants_page(request):
        return not_found_page(request)
    lang = asked_language(request)
    kind = BY_STATUS.get(error.status_code, Kind(error.status_code, "http", Text(error.detail, error.detail)))
    own = {404: NO_PAGE(lang, path=request.url.path), 405: READ_ONLY(lang)}
    return problem_response(request, kind, own.get(error.status_code, error.detail), dict(error.headers or {}))


def _fault(fault: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in fault["loc"][1:])
    return f"{where}: {fault['msg']}"


def add_problem_handlers(app: FastAPI) -> None:
    for error in TABLE:
        app.add_exception_handler(error, _answer)
    app.add_exception_handler(HTTPException, _answer_http)
