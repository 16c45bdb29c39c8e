"""Who is told: one contact point with a receiver for each webhook that the settings name, and the way to it."""

from typing import Any, Final

from pydantic import SecretStr

from dashboards.alerts import PROGRAM
from dashboards.settings import Settings
from dashboards.words import alerts as says
from guangfu.texts import Lang

CONTACT: Final = "guangfu"
RECEIVERS: Final = {
    "guangfu-webhook": "webhook", "guangfu-wecom": "wecom", "guangfu-dingtalk": "dingding", "guangfu-feishu": "webhook",
}  # fmt: skip
"""Type of each receiver, by its uid. Grafana has none for Feishu."""

_FEISHU_BODY: Final = (
    '{{ range $i, $a := .Alerts }}{{ if lt $i 20 }}{{ $text = printf "%s\\n- %s %s" $text $a.Status '
    "$a.Annotations.summary }}{{ end }}{{ end }}"
    '{{ coll.Dict "msg_type" "text" "content" (coll.Dict "text" $text) | data.ToJSON }}'
)
"""The robot wants JSON of its own: Grafana 12's custom payload. Earlier ones ignore it, and Feishu refuses theirs."""


def contact_points(settings: Settings) -> list[dict[str, Any]]:
    """The receivers that the settings name, secrets included; none at all if they name none."""
    lang = Lang(settings.alert_language)
    return [
        {
            "uid": uid,
            "name": CONTACT,
            "type": RECEIVERS[uid],
            "settings": {"url": url.get_secret_value(), **_words(uid, lang)},
            "disableResolveMessage": False,
        }
        for uid, url in _urls(settings).items()
        if url.get_secret_value()
    ]


def unwanted(settings: Settings) -> list[str]:
    """Uids of receivers that the settings do not name: one that was there once is to go."""
    return [uid for uid, url in _urls(settings).items() if not url.get_secret_value()]


def policy() -> dict[str, Any]:
    """Our alerts to our contact point, those of one rule together: 786 silent stations are one message."""
    return {
        "receiver": CONTACT,
        "object_matchers": [[name, "=", value] for name, value in PROGRAM.items()],
        "group_by": ["grafana_folder", "alertname"],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "12h",
    }


def _urls(settings: Settings) -> dict[str, SecretStr]:
    return {
        "guangfu-webhook": settings.alert_webhook_url,
        "guangfu-wecom": settings.alert_wecom_url,
        "guangfu-dingtalk": settings.alert_dingtalk_url,
        "guangfu-feishu": settings.alert_feishu_url,
    }


def _words(uid: str, lang: Lang) -> dict[str, Any]:
    """Chats get a few lines in our language; a webhook gets Grafana's JSON, which has everything.

    DingTalk shows a card's title in its list of chats only.
    """
    title, message = says.MESSAGE_TITLE(lang), says.MESSAGE(lang)
    of: dict[str, dict[str, Any]] = {
        "guangfu-webhook": {},
        "guangfu-wecom": {"msgtype": "markdown", "title": title, "message": message},
        "guangfu-dingtalk": {"msgType": "actionCard", "title": title, "message": f"**{title}**\n\n{message}"},
        "guangfu-feishu": {"payload": {"template": says.FEISHU(lang) + _FEISHU_BODY}},
    }
    return of[uid]
