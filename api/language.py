"""The language of an answer: `lang=` first, then Accept-Language, then the setting."""

from typing import Annotated

from fastapi import Depends, Query, Request

from guangfu.texts import Lang


def asked_language(request: Request) -> Lang:
    """The language that a request asks for; usable where there is no route, as in an error handler."""
    default: Lang = request.app.state.settings.lang
    asked = request.query_params.get("lang")
    return Lang.parse(asked) if asked else accepted_language(request.headers.get("accept-language", ""), default)


def accepted_language(header: str, default: Lang) -> Lang:
    """The best of Chinese and English in an Accept-Language header.

    >>> accepted_language("fr, en;q=0.8, zh;q=0.5", Lang.ZH)
    <Lang.EN: 'en'>
    """
    ranked = sorted((_quality(part), -place, part) for place, part in enumerate(header.split(",")))
    for quality, _, part in reversed(ranked):
        tag = part.strip().lower()
        if quality > 0 and tag[:2] in {"zh", "en"}:
            return Lang.parse(tag)
    return default


def _quality(part: str) -> float:
    try:
        return float(part.partition(";q=")[2] or 1)
    except ValueError:
        return 0


def language(
    request: Request,
    lang: Annotated[str | None, Query(description="zh or en; Accept-Language otherwise", pattern="^(zh|en)")] = None,
) -> Lang:
    del lang
    return asked_language(request)


Language = Annotated[Lang, Depends(language)]
