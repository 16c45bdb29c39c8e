from tests.dashboards.snapshot import FOLDER, snapshots


def test_dashboards_and_alerts_are_what_is_stored() -> None:
    """A change shows in the diff of the stored files; `python -m tests.dashboards.snapshot` writes it anew."""
    stored = {path: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert stored == snapshots()
