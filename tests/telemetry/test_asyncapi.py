"""docs/telemetry.asyncapi.yaml says what the code does."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from guangfu.stations.models import DeviceKind
from guangfu.telemetry.decode import decode
from guangfu.telemetry.reading import FIELDS_OF, INTEGER_FIELDS, MAX_READINGS, Message, Reading, Status
from guangfu.telemetry.topics import SUBSCRIPTIONS, TopicKind, format_topic

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "telemetry.asyncapi.yaml").read_text(encoding="utf-8")
)
SCHEMAS = DOCUMENT["components"]["schemas"]
UNITS = {
    "_w": "W", "_var": "var", "_v": "V", "_hz": "Hz", "_wh": "Wh", "_c": "°C", "_w_m2": "W/m²", "_m_s": "m/s",
    "at": "ms since 1970 UTC", "state": "1", "event_bits": "1",
}  # fmt: skip


@pytest.mark.parametrize(("name", "struct"), [("reading", Reading), ("message", Message), ("status", Status)])
def test_every_field_stands_in_its_schema_and_no_other(name: str, struct: type[msgspec.Struct]) -> None:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    schema = SCHEMAS[name]
    assert set(schema["properties"]) == set(fields)
    assert set(schema["required"]) == {name for name, field in fields.items() if field.required}


def test_the_types_of_a_reading_are_those_of_the_code() -> None:
    for name, schema in SCHEMAS["reading"]["properties"].items():
        if name == "device":
            assert schema["type"] == "string"
        else:
            assert schema["type"] == ("integer" if name in INTEGER_FIELDS | {"at"} else "number"), name


def test_every_value_has_the_unit_that_its_name_ends_in_and_a_description() -> None:
    for name, schema in SCHEMAS["reading"]["properties"].items():
        assert schema["description"], name
        if name != "device":
            suffix = max((s for s in UNITS if name.endswith(s)), key=len)
            assert schema["x-unit"] == UNITS[suffix], name


def test_the_devices_of_each_field_are_those_of_the_code() -> None:
    for name, schema in SCHEMAS["reading"]["properties"].items():
        if name not in {"at", "device"}:
            assert schema["x-devices"] == [kind.value for kind in DeviceKind if name in FIELDS_OF[kind]], name


def test_limits_are_those_of_the_code() -> None:
    assert SCHEMAS["message"]["properties"]["readings"]["maxItems"] == MAX_READINGS
    for schema in SCHEMAS.values():
        for name, field in schema["properties"].items():
            assert field["type"] != "integer" or field["minimum"] == 0, name
            assert field["type"] != "string" or "enum" in field or field["maxLength"] == 128, name


def test_the_topics_are_those_that_ingest_subscribes_to() -> None:
    addresses = {channel["address"].replace("{station}", "+") for channel in DOCUMENT["channels"].values()}
    assert addresses == set(SUBSCRIPTIONS)
    assert set(DOCUMENT["channels"]) == set(TopicKind)


@pytest.mark.parametrize("kind", TopicKind)
def test_the_examples_decode(kind: TopicKind) -> None:
    examples = DOCUMENT["components"]["messages"][kind]["examples"]
    assert examples
    for example in examples:
        payload = example["payload"]
        found = decode(format_topic(payload["station"], kind), json.dumps(payload).encode())
        assert found.rejected == []
        assert len(found.readings) == len(payload.get("readings", []))
        assert (found.status is not None) == (kind is TopicKind.STATUS)


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        target: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [r for child in node.values() for r in references(child)]
    return [r for child in node for r in references(child)] if isinstance(node, list) else []
