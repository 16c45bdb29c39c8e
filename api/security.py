"""What every answer says to a browser, and under which names the API lets itself be called.

There is no access control yet, so the API listens on the loopback; a page of some other site could
still reach it by a host name that points there (DNS rebinding). Therefore a request must name the
API by an IP address or by a name from the settings.
"""

import ipaddress
from typing import Final

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BY_STATUS, problem_response
from guangfu.texts import Text

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NOT_OURS: Final = Text(
    "主机名 {host} 未获准，请在 GUANGFU_API_ALLOWED_HOSTS 中登记。",
    "Host name {host} is not allowed; add it to GUANGFU_API_ALLOWED_HOSTS.",
)


class Security:
    """ASGI middleware: checks the Host header and adds the security headers to whatever is answered."""

    def __init__(self, app: ASGIApp, allowed_hosts: list[str]) -> None:
        self.app = app
        self.allowed_hosts = {name.lower() for name in allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        host = host_name(Headers(scope=scope).get("host", ""))
        app = self.app if self.allows(host) else _refusal(Request(scope), host)
        await app(scope, receive, send_guarded)

    def allows(self, host: str) -> bool:
        return "*" in self.allowed_hosts or host in self.allowed_hosts or is_address(host)


def _refusal(request: Request, host: str) -> ASGIApp:
    from api.language import asked_language

    return problem_response(request, BY_STATUS[421], NOT_OURS(asked_language(request), host=host))


def host_name(header: str) -> str:
    """The name in a Host header, without the port.

    >>> host_name("[::1]:8080"), host_name("Localhost:8080")
    ('::1', 'localhost')
    """
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.rpartition(":")[0].lower() if ":" in header else header.lower()


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
