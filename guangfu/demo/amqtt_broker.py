"""`python -m guangfu.demo.amqtt_broker HOST PORT`: amqtt until SIGTERM, for the demo without Mosquitto.

A process of its own: broker, fleet and system then share the cores, where one process would share one core.
"""

import asyncio
import logging
import signal
import sys
from typing import Any

from amqtt.broker import Broker


async def serve(host: str, port: int) -> None:
    config: dict[str, Any] = {
        "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    broker = Broker(config)
    await broker.start()
    await ended.wait()
    await broker.shutdown()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # amqtt logs every packet that it finds odd
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
