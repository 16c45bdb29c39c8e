"""Who gives a command that changes the books: kept beside every voucher and every change of state."""

import getpass
import os
from typing import Annotated

import typer

ByOption = Annotated[
    str | None,
    typer.Option("--by", help="经办人，默认 GUANGFU_BY，再次为登录名。Who does this; GUANGFU_BY, or the login name."),
]


def who(by: str | None) -> str:
    """The name that was given, or that of the environment, or the login name; it is not proved here.

    Example:
        >>> who("李会计")
        '李会计'
    """
    return by or os.environ.get("GUANGFU_BY") or getpass.getuser()
