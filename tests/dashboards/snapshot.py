"""Writes dashboards and alerts anew: `python -m tests.dashboards.snapshot`. A test holds the code to them."""

from pathlib import Path
from typing import Final

from pydantic import SecretStr

from dashboards.frame import SUFFIX
from dashboards.provisioning import alerting_files
from dashboards.rendering import as_file, rendered
from dashboards.settings import Settings
from guangfu.texts import Lang

FOLDER: Final = Path(__file__).parent / "snapshots"


def snapshots() -> dict[Path, str]:
    boards = {FOLDER / f"{document['uid']}.json": as_file(document) for lang in Lang for document in rendered(lang)}
    return boards | {path: text for lang in Lang for path, text in _alerting(lang).items()}


def _alerting(lang: Lang) -> dict[Path, str]:
    """With a receiver for every chat and without the plain webhook, so that one is there to be deleted."""
    settings = Settings(
        alert_language=lang.value,
        alert_wecom_url=SecretStr("https://wecom.invalid/send?key=1"),
        alert_dingtalk_url=SecretStr("https://dingtalk.invalid/send?key=$2"),
        alert_feishu_url=SecretStr("https://feishu.invalid/hook/3"),
    )
    return {
        FOLDER / f"alerting-{Path(name).stem}-{SUFFIX[lang]}.yaml": text
        for name, text in alerting_files(settings).items()
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in snapshots().items():
        path.write_text(text, encoding="utf-8")
