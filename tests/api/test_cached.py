"""One look for all: single flight, the previous value meanwhile, failures not kept."""

import threading
from collections.abc import Callable, Iterator

import pytest

from api.cached import Shared, SharedByKey

FOREVER_S = 3600


def counting() -> tuple[list[int], Callable[[], int]]:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    return made, make


def test_fresh_value_is_made_once() -> None:
    made, make = counting()
    shared = Shared(make, FOREVER_S)
    assert [shared.get() for _ in range(5)] == [0] * 5
    assert made == [0]


def test_old_value_is_made_again() -> None:
    _, make = counting()
    shared = Shared(make, 0)
    assert [shared.get() for _ in range(3)] == [0, 1, 2]


def test_many_at_once_make_one() -> None:
    made, make = counting()
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> int:
        begun.set()
        go_on.wait(30)
        return make()

    shared, got = Shared(slowly, FOREVER_S), []
    threads = [threading.Thread(target=lambda: got.append(shared.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    begun.wait(30)
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert (got, made) == ([0] * 8, [0])


def test_others_get_the_previous_value_while_one_makes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    monkeypatch.setattr("api.cached.time.monotonic", lambda: now_s[0])
    begun, go_on, values = threading.Event(), threading.Event(), iter(["first", "second"])

    def make() -> str:
        value = next(values)
        if value == "second":
            begun.set()
            go_on.wait(30)
        return value

    shared = Shared(make, 10)
    assert shared.get() == "first"
    now_s[0] = 11
    maker = threading.Thread(target=shared.get)
    maker.start()
    begun.wait(30)
    assert shared.get() == "first"
    go_on.set()
    maker.join(30)
    assert shared.get() == "second"


def test_failure_is_told_and_not_kept() -> None:
    answers: Iterator[str | ValueError] = iter([ValueError("away"), "well"])

    def make() -> str:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    shared = Shared(make, FOREVER_S)
    with pytest.raises(ValueError, match="away"):
        shared.get()
    assert shared.get() == "well"


def test_by_key_the_least_used_is_forgotten() -> None:
    made, make = counting()
    shared: SharedByKey[int] = SharedByKey(FOREVER_S, size=2)
    for key in ("a", "b", "a", "c", "a"):
        shared.get(key, make)
    assert len(made) == 3
    shared.get("b", make)
    assert len(made) == 4
