"""Fills the templates. All text for people comes from the catalogue, whatever is filled in is escaped."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.web.files import modules, version_of
from guangfu.texts import Lang, Text

FAVICON: Final = "favicon.svg"


@cache
def environment() -> Environment:
    return Environment(
        loader=PackageLoader("api.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(
    template: str,
    texts: Mapping[str, Text],
    lang: Lang,
    *,
    path: str,
    theme: str,
    id: str = "",  # noqa: A002 - as in the page
) -> str:
    """A page in one language.

    Args:
        texts: The catalogue; `t(key)` in a template is an entry of it.
        path: The page's own path, for the language switch and the navigation.
        theme: `light` or `dark`.
        id: Of the station or village that the page is about.
    """

    def t(key: str, **values: object) -> str:
        return texts[key](lang, **values)

    return (
        environment()
        .get_template(template)
        .render(
            t=t,
            lang=lang.value,
            other=(Lang.ZH if lang is Lang.EN else Lang.EN).value,
            static=f"/static/{version_of()}/{lang}",
            modules=modules(),
            path=path,
            theme=theme,
            id=id,
        )
    )
