"""What the commands say."""

from typing import Final

from guangfu.texts import Text

BAD_SETTINGS: Final = Text("设置有误：\n{faults}", "Wrong settings:\n{faults}")
WRITTEN: Final = Text("已写出 {count} 个文件到 {folder}", "{count} files written to {folder}")
CANT_WRITE: Final = Text("无法写入 {path}：{why}", "Can't write {path}: {why}")
