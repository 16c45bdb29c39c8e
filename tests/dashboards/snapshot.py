"""Writes the dashboards' JSON anew: `python -m tests.dashboards.snapshot`. A test holds the code to it."""

from pathlib import Path
from typing import Final

from dashboards.rendering import as_file, rendered
from guangfu.texts import Lang

FOLDER: Final = Path(__file__).parent / "snapshots"


def snapshots() -> dict[Path, str]:
    return {FOLDER / f"{document['uid']}.json": as_file(document) for lang in Lang for document in rendered(lang)}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in snapshots().items():
        path.write_text(text, encoding="utf-8")
