import socket
from datetime import timedelta
from pathlib import Path

import pytest

from guangfu.clock import ManualClock, SystemClock
from guangfu.demo.clock import demo_clock, keep_clock
from guangfu.demo.preflight import NotReady, check_folder, check_port, lock_folder
from guangfu.texts import Lang


def test_a_taken_port_is_one_sentence_that_names_another() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(NotReady) as fault:
            check_port("127.0.0.1", port)
    sentence = fault.value.text(Lang.EN, **fault.value.values)
    assert f"Port {port} is taken" in sentence
    assert f"--port {port + 1}" in sentence


def test_a_port_is_free_again_after_its_owner_closed(free_port: int) -> None:
    check_port("127.0.0.1", free_port)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotReady) as fault:
        check_folder(tmp_path / "file" / "demo")
    assert str(tmp_path / "file" / "demo") in str(fault.value)


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guangfu.demo.preflight.MIN_FREE_BYTES", 10**18)
    with pytest.raises(NotReady, match="MB left"):
        check_folder(tmp_path)


def test_two_demos_never_share_a_folder(tmp_path: Path) -> None:
    with lock_folder(tmp_path), pytest.raises(NotReady, match="Another demo"):
        lock_folder(tmp_path)
    with lock_folder(tmp_path):
        pass


def test_the_clock_is_the_worlds_unless_asked(tmp_path: Path) -> None:
    chosen = demo_clock(tmp_path / "clock.json", speed=1)
    assert isinstance(chosen.clock, SystemClock)
    assert chosen.options == ()


def test_a_demo_never_starts_before_the_time_at_which_the_last_one_stopped(tmp_path: Path) -> None:
    ahead = ManualClock(SystemClock().now() + timedelta(days=3))
    keep_clock(tmp_path / "clock.json", ahead)
    chosen = demo_clock(tmp_path / "clock.json", speed=1)
    assert chosen.clock.now() >= ahead.now()
    assert chosen.options[0] == "--clock-origin"
