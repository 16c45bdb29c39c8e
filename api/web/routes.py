"""The pages' routes: HTML shells, which the JSON API fills, and the files they are made of.

The pages hold no data of their own: whoever may open one sees what the API lets them see.
"""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.web.files import StaticFile, static_files, version_of
from api.web.pages import FAVICON, render
from api.web.texts import TEXTS
from guangfu.texts import Lang

router: Final = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FOREVER: Final = "public, max-age=31536000, immutable"
LANGUAGE_COOKIE_S: Final = 31_536_000


@router.get("/")
def overview(request: Request) -> HTMLResponse:
    """The operator's overview; `?view=wall` is the wall."""
    return _page(request, "wall.html" if request.query_params.get("view") == "wall" else "overview.html")


@router.get("/wall")
def wall(request: Request) -> HTMLResponse:
    return _page(request, "wall.html")


@router.get("/finance")
def finance(request: Request) -> HTMLResponse:
    """A month of finance; `?month=2026-06`."""
    return _page(request, "finance.html")


@router.get("/stations")
def stations(request: Request) -> HTMLResponse:
    return _page(request, "stations.html")


@router.get("/stations/{station_id}")
def station(request: Request, station_id: str) -> HTMLResponse:
    return _page(request, "station.html", id=station_id)


@router.get("/villages/{village_id}")
def village(request: Request, village_id: str) -> HTMLResponse:
    return _page(request, "village.html", id=village_id)


@router.get("/explain/station/{id}")
@router.get("/explain/village/{id}")
@router.get("/explain/household/{id}")
def explain(request: Request, id: str) -> HTMLResponse:  # noqa: A002 - as in the page
    """Where the figures of a station's, a village's or a household's month come from."""
    return _page(request, "explain.html", id=id)


@router.get("/notices/{code}")
def notice(request: Request, code: str) -> HTMLResponse:
    """What a public notice must say, by the code that is printed on it; its QR code leads here."""
    return _page(request, "notice.html", id=code)


@router.get("/favicon.svg")
@router.get("/favicon.ico")
def favicon() -> Response:
    return Response(
        static_files()[FAVICON].body, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"}
    )


@router.get("/static/{version}/{tag}/{path:path}")
def static(request: Request, version: str, tag: str, path: str) -> Response:
    """A file of the pages. The language is in the address, since the texts are one of the modules."""
    found = static_files().get(f"{Lang.parse(tag)}/{path}") or static_files().get(path)
    if found is None:
        return Response(status_code=404)
    return _file(request, found, FOREVER if version == version_of() else "no-cache")


def wants_page(request: Request) -> bool:
    """Whether an error on this request is to be shown as a page: somebody's browser asked, outside the API."""
    return not request.url.path.startswith(("/v1", "/static")) and "text/html" in request.headers.get("accept", "")


def not_found_page(request: Request) -> HTMLResponse:
    """The page that says that there is nothing at this address. Status 404."""
    return _page(request, "not_found.html", status=404)


def language_of(request: Request) -> Lang:
    """`?lang=` first, then the cookie that an earlier `?lang=` left, otherwise Chinese."""
    return Lang.parse(request.query_params.get("lang") or request.cookies.get("lang") or Lang.ZH)


def _page(request: Request, template: str, status: int = 200, **values: str) -> HTMLResponse:
    lang = language_of(request)
    theme = "dark" if template == "wall.html" or request.cookies.get("theme") == "dark" else "light"
    body = render(template, TEXTS, lang, path=request.url.path, theme=theme, **values)
    response = HTMLResponse(body, status, headers={"Cache-Control": "no-cache", "Content-Language": lang})
    if "lang" in request.query_params:
        response.set_cookie("lang", lang, max_age=LANGUAGE_COOKIE_S, samesite="lax", path="/")
    return response


def _file(request: Request, found: StaticFile, cache: str) -> Response:
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.body, media_type=found.media_type, headers=headers)
    return Response(found.gzipped, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
