"""docs/dialects.md does what it says."""

import re
from pathlib import Path

from guangfu.telemetry.dialects import Dialects
from guangfu.telemetry.mapping.load import load_mapping
from guangfu.telemetry.reading import Reading

DOCUMENT = (Path(__file__).parents[2] / "docs" / "dialects.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


def test_the_worked_example_gives_the_reading_that_the_document_names() -> None:
    acme, _ = blocks("yaml")
    (message,) = blocks("json")
    (part,) = Dialects([load_mapping(acme, "acme.yaml")]).decode("acme/plant-17/inverters", message.encode(), 0).said
    assert (part.station, part.rejected) == ("s-0017", [])
    assert part.readings == [
        Reading(at_ms=1_780_286_400_000, device="inverter-1", ac_power_w=12345.0, energy_total_wh=123456780, state=4)
    ]
    assert "station `s-0017`, device `inverter-1`, 1780286400000, 12345.0 W, 123456780 Wh, state 4" in DOCUMENT


def test_the_sparkplug_example_is_a_mapping() -> None:
    assert load_mapping(blocks("yaml")[1], "zone.yaml").subscriptions == ("spBv1.0/PV-Zone-1/#",)


def test_every_key_of_a_mapping_is_in_the_document() -> None:
    words = """accept when items time format zone station device constant topic path table tables numbers missing
        readings ignore fields factor values round metric groups dialect in name"""
    assert [word for word in words.split() if f"`{word}" not in DOCUMENT and f"{word}:" not in DOCUMENT] == []
