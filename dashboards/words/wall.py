"""Words of the wall; its panels are the fleet's."""

from typing import Final

from guangfu.texts import Text

TITLE: Final = Text("光伏大屏", "PV wall")
DESCRIPTION: Final = Text(
    "挂在墙上的总览：哪些电站停了、少收多少、在谁那里。在地址后加 ?kiosk&theme=dark 全屏显示。",
    "The fleet for a big screen: what is down, what it costs and whom. Add ?kiosk&theme=dark to its address.",
)
