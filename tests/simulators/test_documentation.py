"""docs/simulators.md names every setting."""

import pytest

from simulators.settings import Settings
from tests.services.running import ROOT


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    documented = (ROOT / "docs" / "simulators.md").read_text(encoding="utf-8")
    assert f"| `{name.upper()}` |" in documented
    assert str(Settings.model_fields[name].description) in documented
