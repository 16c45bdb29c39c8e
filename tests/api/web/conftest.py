"""The pages alone, without the API behind them."""

import threading
from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI

from api.program import listen, serve
from api.web.routes import router

Visit = Callable[[], httpx.Client]


@pytest.fixture(scope="session")
def visit() -> Iterator[Visit]:
    """Makes a new visitor, who has no cookies yet."""
    app, stop = FastAPI(), threading.Event()
    app.include_router(router)
    listener = listen("127.0.0.1", 0)
    thread = threading.Thread(target=serve, args=(app, listener, stop))
    thread.start()
    visitors: list[httpx.Client] = []

    def new() -> httpx.Client:
        visitors.append(httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30))
        return visitors[-1]

    yield new
    for visitor in visitors:
        visitor.close()
    stop.set()
    thread.join(30)
    listener.close()


@pytest.fixture
def pages(visit: Visit) -> httpx.Client:
    return visit()
