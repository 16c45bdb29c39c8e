"""What must hold for every alert rule, held by looking at what Grafana gets."""

import re
from collections import Counter

import pytest

from dashboards.alerts import GROUPS_S, RETIRED, Rule, Severity, document, rules
from dashboards.settings import Settings
from dashboards.sources import MONEY, TELEMETRY
from guangfu.texts import Lang
from tests.dashboards.test_lint import CHINESE, strings

RULES = rules(Settings())
RULES_BY_LANG = [pytest.param(rule, lang, id=f"{rule.uid}-{lang}") for rule in RULES for lang in Lang]
FIELDS = re.compile(r"(?<!\{)\{\w+\}(?!\})")


def test_uids_are_short_and_never_used_twice() -> None:
    """A retired uid that came back would be written and deleted in turns."""
    uids = [rule.uid for rule in RULES] + list(RETIRED)
    assert max(Counter(uids).values()) == 1
    assert all(re.fullmatch(r"guangfu-[a-z-]{1,32}", uid) for uid in uids)


@pytest.mark.parametrize("lang", Lang)
def test_titles_are_unlike_each_other(lang: Lang) -> None:
    titles = [rule.warn.title(lang) for rule in RULES]
    assert max(Counter(titles).values()) == 1


@pytest.mark.parametrize(("rule", "lang"), RULES_BY_LANG)
def test_a_rule_says_what_happened_and_what_to_do(rule: Rule, lang: Lang) -> None:
    made = document(rule, lang)
    words = [made["title"], *made["annotations"].values()]
    assert set(made["annotations"]) == {"summary", "description"}
    assert all(bool(CHINESE.search(text)) == (lang is Lang.ZH) for text in words)
    assert re.search(r"[。.]({{ end }})?$", made["annotations"]["description"])
    assert not [text for text in words if FIELDS.search(text)], "a placeholder was not filled"
    assert not re.search("[{}]", made["title"]), "a title is fixed"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.uid)
def test_a_query_that_fails_is_an_alert_that_says_so(rule: Rule) -> None:
    """It does not say that a station is silent; that a database refuses is what two of the rules are for."""
    made = document(rule, Lang.ZH)
    assert made["execErrState"] == "Alerting"
    _, _, otherwise = made["annotations"]["summary"].partition("{{ else }}")
    assert ("失败" in otherwise) == (made["noDataState"] == "OK")
    assert ("不应答" in made["annotations"]["summary"]) == (made["noDataState"] == "Alerting")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.uid)
def test_a_rule_has_severity_wait_and_group(rule: Rule) -> None:
    made = document(rule, Lang.ZH)
    assert made["labels"] == {"program": "guangfu", "severity": rule.severity.value}
    assert rule.severity in Severity
    assert re.fullmatch(r"\d+[smh]", made["for"])
    assert GROUPS_S[rule.group] % 10 == 0, "Grafana's scheduler ticks every ten seconds"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.uid)
def test_a_rule_asks_our_source_then_reduces_then_compares(rule: Rule) -> None:
    made = document(rule, Lang.ZH)
    asked, last, compared = made["data"]
    assert [step["refId"] for step in made["data"]] == ["A", "B", "C"]
    assert [step["model"]["refId"] for step in made["data"]] == ["A", "B", "C"]
    assert made["condition"] == "C"
    assert asked["datasourceUid"] in {TELEMETRY.uid, MONEY.uid}
    assert asked["relativeTimeRange"]["from"] > asked["relativeTimeRange"]["to"]
    assert (last["model"]["type"], last["model"]["reducer"], last["model"]["expression"]) == ("reduce", "last", "A")
    assert re.fullmatch(r"\$B [<>] [\d.]+", compared["model"]["expression"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.uid)
def test_a_rules_query_holds_no_variable(rule: Rule) -> None:
    """A rule has no dashboard that would give it one."""
    assert not [text for text in strings(document(rule, Lang.ZH)["data"][0]) if "$" in text]
