from pathlib import Path

from guangfu.telemetry.reading import FIELDS_OF

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def test_every_field_of_a_reading_is_in_the_glossary() -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    for fields in FIELDS_OF.values():
        for field in fields:
            assert f"| `{field}` |" in text, field
