"""What a worker asks the broker for: everything, or its part of what several workers share.

Telemetry, events and vendors' messages may be shared, since no order matters to them. What is retained
(`status`: a shared subscription gets no retained message) and what must come in order (Sparkplug) goes to worker 0.
"""

from typing import NamedTuple

from guangfu.telemetry.dialects import Dialects
from guangfu.telemetry.topics import PREFIX, SUBSCRIPTIONS, TopicKind
from ingest.settings import Settings

_STATUS = f"{PREFIX}+/{TopicKind.STATUS}"


class Subscriptions(NamedTuple):
    """`unwanted` may still be in the session of an earlier start, when the setting was another."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()


def subscriptions(settings: Settings, dialects: Dialects | None = None) -> Subscriptions:
    """What `settings.worker` subscribes to, QoS 1, and what it must not be subscribed to any more.

    >>> subscriptions(Settings(worker=1, shared_subscriptions=True)).wanted
    ('$share/guangfu-ingest/pv/1/+/telemetry', '$share/guangfu-ingest/pv/1/+/event')
    """
    dialects = dialects if dialects is not None else Dialects()
    any_order = (*(topic for topic in SUBSCRIPTIONS if topic != _STATUS), *dialects.shared_subscriptions)
    in_order = dialects.ordered_subscriptions
    shared = tuple(f"$share/{settings.client_id_prefix}/{topic}" for topic in any_order)
    first = settings.worker == 0
    if settings.shared_subscriptions:
        alone = (_STATUS, *in_order)
        return Subscriptions((*shared, *alone), any_order) if first else Subscriptions(shared, (*any_order, *alone))
    wanted = (*any_order, _STATUS, *(in_order if first else ()))
    return Subscriptions(wanted, shared if settings.mqtt_version == "5" else ())


def leaving(settings: Settings, dialects: Dialects | None = None) -> Subscriptions:
    """Nothing is wanted any more, in whatever form it was."""
    forms = (settings.model_copy(update={"worker": 0, "shared_subscriptions": shared}) for shared in (False, True))
    return Subscriptions((), tuple(dict.fromkeys(t for form in forms for t in subscriptions(form, dialects).wanted)))
