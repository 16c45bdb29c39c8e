import pytest

from tests.docs.env_example import FILE, SETTINGS, render, settings_of


def test_env_example_is_what_the_code_says() -> None:
    """`python -m tests.docs.env_example` writes it anew."""
    assert FILE.read_text(encoding="utf-8") == render()


@pytest.mark.parametrize("place", SETTINGS.values())
def test_every_setting_is_described(place: str) -> None:
    for name, field in settings_of(place).model_fields.items():
        assert field.description, f"{place} {name}"
