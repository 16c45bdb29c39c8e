"""Who may change something through the API: whoever knows the token of the settings. Without a token nobody may."""

import hmac
from typing import Final

from fastapi import Request

from api.parts import ApiParts
from api.problems import Forbidden, Unauthorized
from guangfu.texts import Text

WRITES_ARE_OFF: Final = Text(
    "没有设置 GUANGFU_API_WRITE_TOKEN，接口不接受改动。",
    "GUANGFU_API_WRITE_TOKEN is not set: nothing can be changed here.",
)
NO_TOKEN: Final = Text(
    "改动需要请求头 Authorization: Bearer 与正确的令牌。",
    "A change needs the header Authorization: Bearer and the right token.",
)
_SCHEME: Final = "bearer "


def may_write(request: Request, parts: ApiParts) -> None:
    """Raises `Forbidden` where writes are off, and `Unauthorized` without the right token.

    A header of its own is what a page of some other site can't send.
    """
    wanted = parts.settings.write_token
    if wanted is None:
        raise Forbidden(WRITES_ARE_OFF)
    said = request.headers.get("authorization", "")
    token = said[len(_SCHEME) :] if said.lower().startswith(_SCHEME) else ""
    if not hmac.compare_digest(token.encode(), wanted.get_secret_value().encode()):
        raise Unauthorized(NO_TOKEN)
