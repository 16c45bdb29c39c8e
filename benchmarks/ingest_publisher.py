"""Publishers of the ingest benchmarks, each a process of its own: a live publisher must not share an interpreter.

    python -m benchmarks.ingest_publisher flood PORT COUNT READINGS    all at once, from bytes made ready beforehand
    python -m benchmarks.ingest_publisher paced PORT STATIONS CONNECTIONS MINUTES    one message a station and minute

It prints `ready`, waits for a line on its standard input, publishes with QoS 1, prints how many were acknowledged.
"""

import selectors
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.raw_mqtt import RawPublisher, packets, publish_packet
from guangfu.telemetry.encode import encode_message
from guangfu.telemetry.reading import Message, Reading
from guangfu.telemetry.topics import TopicKind, format_topic

PATIENCE_S: Final = 600


def flood(port: int, count: int, readings: int, *, begin: Callable[[], None]) -> int:
    """Sends `count` messages as fast as the broker acknowledges them; returns how many it did."""
    from benchmarks.ingest_place import message_of

    pieces = list(packets(message_of(number, readings) for number in range(count)))
    publisher = RawPublisher(port)
    begin()
    publisher.send_all(pieces)
    publisher.close()
    return count


def paced(port: int, stations: int, connections: int, minutes: int, *, begin: Callable[[], None]) -> int:
    """Each station once a minute, evenly over it, each over the same one of the connections.

    A reading's `energy_import_total_wh` holds when it was sent [µs, monotonic, the same for all processes].
    """
    wires = [RawPublisher(port, f"raw-publisher-{i}") for i in range(connections)]
    topics = [format_topic(f"n{i:05d}", TopicKind.TELEMETRY) for i in range(stations)]
    total = stations * minutes
    counting = threading.Thread(target=_count_acknowledged, args=(wires, total))
    begin()
    counting.start()
    began_s, per_s = time.monotonic(), stations / 60
    for number in range(total):
        time.sleep(max(0.0, began_s + number / per_s - time.monotonic()))
        station = number % stations
        packet_id = number // connections % 65_535 + 1
        packet = publish_packet(topics[station], packet_id, _timed(f"n{station:05d}", number // stations))
        wires[station % connections].send(packet)
    counting.join()
    return sum(wire.acknowledged for wire in wires)


def _timed(station: str, seq: int) -> bytes:
    at_ms, sent_us = round(time.time() * 1000), round(time.monotonic() * 1e6)
    reading = Reading(at_ms=at_ms, device="meter", ac_power_w=1.0, energy_import_total_wh=sent_us, state=4)
    return encode_message(Message(station=station, sent_at_ms=at_ms, boot="b", seq=seq, readings=[reading]))


def _count_acknowledged(wires: Sequence[RawPublisher], total: int) -> None:
    give_up_s = time.monotonic() + PATIENCE_S + total
    with selectors.DefaultSelector() as selector:
        for wire in wires:
            selector.register(wire.fileno(), selectors.EVENT_READ, wire)
        while sum(wire.acknowledged for wire in wires) < total and time.monotonic() < give_up_s:
            for key, _ in selector.select(1):
                key.data.take()


def main(arguments: list[str]) -> None:
    kind, *numbers = arguments
    port, *sizes = map(int, numbers)

    def begin() -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()

    acknowledged = flood(port, *sizes, begin=begin) if kind == "flood" else paced(port, *sizes, begin=begin)
    sys.stdout.write(f"{acknowledged}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
