from tests.dashboards.snapshot import FOLDER, snapshots


def test_the_dashboards_are_what_is_stored() -> None:
    """A change shows in the diff of the stored JSON; `python -m tests.dashboards.snapshot` writes it anew."""
    stored = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert stored == snapshots()
