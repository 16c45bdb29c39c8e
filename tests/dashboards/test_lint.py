"""What must hold for every dashboard, held by looking at the JSON that Grafana gets."""

import json
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.frame import COLUMNS, SUFFIX
from dashboards.looks import NO_UNIT
from dashboards.rendering import as_json, rendered
from dashboards.sources import MONEY, TELEMETRY
from dashboards.target import register
from guangfu.stations.synthetic import synthetic_registry
from guangfu.texts import Lang

Json = dict[str, Any]
DOCUMENTS = {document["uid"]: document for lang in Lang for document in rendered(lang)}
PANELS = [
    pytest.param(uid, panel, id=f"{uid}-{panel['id']}")
    for uid, document in DOCUMENTS.items()
    for panel in document["panels"]
]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SHOWS_NO_FIGURE = {"table", "text", "geomap"}


def lang_of(uid: str) -> Lang:
    return next(lang for lang, suffix in SUFFIX.items() if uid.endswith(f"-{suffix}"))


@cache
def station_names() -> set[str]:
    registry = synthetic_registry()
    return {name for s in registry.stations.values() for name in (s.station_id, s.name, s.name_en)}


def strings(value: object) -> list[str]:
    """Every string anywhere in a JSON value."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def test_every_dashboard_is_there_in_each_language() -> None:
    names = ("wall", "fleet", "area", "station", "income", "finance", "quality", "ingest")
    assert set(DOCUMENTS) == {f"guangfu-{name}-{suffix}" for name in names for suffix in ("zh", "en")}


@pytest.mark.parametrize("uid", DOCUMENTS)
def test_links_lead_to_every_other_dashboard_with_time_and_variables(uid: str) -> None:
    links = DOCUMENTS[uid]["links"]
    name, suffix = uid.split("-")[1:]
    others = {f"/d/{other}" for other in DOCUMENTS if other.endswith(suffix) and other != uid}
    assert {link["url"] for link in links} == others | {f"/d/guangfu-{name}-{'en' if suffix == 'zh' else 'zh'}"}
    assert all(link["keepTime"] and link["includeVars"] for link in links)


@pytest.mark.parametrize("uid", DOCUMENTS)
def test_a_link_of_a_table_keeps_the_time_range_and_leads_somewhere(uid: str) -> None:
    for url in [text for text in strings(DOCUMENTS[uid]["panels"]) if text.startswith("/d/")]:
        assert url.endswith("&${__url_time_range}")
        assert url.split("?")[0].removeprefix("/d/") in DOCUMENTS


def test_uids_and_titles_are_short_and_unlike_each_other() -> None:
    titles = [document["title"] for document in DOCUMENTS.values()]
    assert max(Counter(titles).values()) == 1
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,40}", uid) for uid in DOCUMENTS)
    assert all(0 < len(title) <= 40 for title in titles)


def test_both_languages_ask_and_show_the_same() -> None:
    """Same panels, kinds, places; only the words differ, and the unit in which money is shown on a wall."""
    for uid, document in DOCUMENTS.items():
        if lang_of(uid) is Lang.EN:
            continue
        other = DOCUMENTS[uid.removesuffix("zh") + "en"]
        shape = [(p["id"], p["type"], p["gridPos"], len(p.get("targets", []))) for p in document["panels"]]
        assert shape == [(p["id"], p["type"], p["gridPos"], len(p.get("targets", []))) for p in other["panels"]]
        assert [v["name"] for v in document["templating"]["list"]] == [v["name"] for v in other["templating"]["list"]]


@pytest.mark.parametrize("uid", DOCUMENTS)
def test_english_holds_no_chinese_and_chinese_panels_do(uid: str) -> None:
    document = DOCUMENTS[uid]
    if lang_of(uid) is Lang.EN:
        without_links = {name: value for name, value in document.items() if name != "links"}
        assert not [text for text in strings(without_links) if CHINESE.search(text)]
        return
    assert CHINESE.search(document["title"])
    for panel in document["panels"]:
        assert CHINESE.search(panel["title"]), panel["title"]
        assert CHINESE.search(panel["description"]), panel["title"]


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_a_panel_says_what_it_shows(uid: str, panel: Json) -> None:
    assert 0 < len(panel["title"]) <= (40 if lang_of(uid) is Lang.ZH else 64)
    assert panel["description"].rstrip()[-1] in "。."
    unit = panel["fieldConfig"]["defaults"]["unit"]
    assert unit
    if panel["type"] not in SHOWS_NO_FIGURE:
        is_word = bool(panel["fieldConfig"]["defaults"].get("mappings"))
        assert (unit == NO_UNIT) == is_word, "a figure has a unit"


ESTIMATES = {"yuan", "usual_yuan", "gross", "base", "subsidy", "deductions", "distributable"}
SAYS = {
    **dict.fromkeys(ESTIMATES, ("预估", "estimate")),
    "settled": ("结算", "ettled"),
    "received": ("到账", "eceived"),
    "received_base": ("到账", "eceived"),
    "received_subsidy": ("到账", "eceived"),
    "received_other": ("到账", "eceived"),
    "outstanding": ("未到账", "utstanding"),
    "owed_base": ("未到账", "utstanding"),
    "owed_subsidy": ("未到账", "utstanding"),
    "age_0": ("未到账", "utstanding"),
    "ready": ("可划拨", "ass on"),
    "passed": ("划拨", "assed on"),
    "transit": ("在途", "ransit"),
    "arrived": ("已到村", "rrived"),
    "drafted": ("起草", "rafted"),
    "paid": ("发放", "aid"),
    "balance": ("余额", "alance"),
    "difference": ("差", "estimate"),
    "amount": ("元", "yuan"),
    "both": ("元", "yuan"),
}
"""By the name of a column of money, the word that says which of the amounts it is."""


WITHOUT_MONEY = {"quality", "ingest"}


def money_shown(panel: Json) -> list[tuple[str, list[str]]]:
    """For each money column that the panel shows, the words and units that stand with it."""
    defaults = panel["fieldConfig"]["defaults"]
    columns = {
        o["matcher"]["options"]: {p["id"]: p["value"] for p in o["properties"]}
        for o in panel["fieldConfig"]["overrides"]
    }
    if not columns:
        heads = [re.split(r" FROM ", target.get("rawSql", ""))[0] for target in panel.get("targets", [])]
        names = [found[1] for head in heads if (found := re.search(r" AS (\w+)$", head)) and found[1] in SAYS]
        return [(name, [panel["title"], defaults["unit"]]) for name in names]
    return [(name, [panel["title"], c["displayName"], c["unit"]]) for name, c in columns.items() if name in SAYS]


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_money_says_which_amount_it_is_and_has_its_unit(uid: str, panel: Json) -> None:
    of_lang, unit = (0, "元") if lang_of(uid) is Lang.ZH else (1, "yuan")
    for name, words in money_shown(panel) if uid.split("-")[1] not in WITHOUT_MONEY else ():
        assert SAYS[name][of_lang] in " ".join(words), name
        assert unit in " ".join(words)


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_every_column_of_money_is_known(uid: str, panel: Json) -> None:
    """A column in fen that leaves a query as yuan is one of those that are held to their word."""
    del uid
    columns = {o["matcher"]["options"] for o in panel["fieldConfig"]["overrides"]}
    for target in panel.get("targets", []):
        amounts = re.findall(r"/ 100\.0(?: / \d+)? AS (\w+)", target.get("rawSql", ""))
        assert set(amounts) & (columns or set(amounts)) <= set(SAYS) | AGE_COLUMNS, panel["title"]


AGE_COLUMNS = {f"age_{n}" for n in range(4)}


@pytest.mark.parametrize(("uid", "panel"), [one for one in PANELS if "-finance-" in str(one.values[0])])
def test_a_panel_of_finance_says_which_time_it_goes_by(uid: str, panel: Json) -> None:
    if not panel.get("targets") or "registry_facts" in panel["targets"][0]["rawSql"]:
        return
    assert ("时间范围" if lang_of(uid) is Lang.ZH else "time range") in panel["description"]


def test_the_money_of_every_dashboard_was_looked_at() -> None:
    for uid, document in DOCUMENTS.items():
        without = uid.split("-")[1] in WITHOUT_MONEY
        assert without or any(money_shown(panel) for panel in document["panels"]), uid


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_a_panel_asks_our_sources_by_uid(uid: str, panel: Json) -> None:
    known = {(source.uid, source.kind) for source in (TELEMETRY, MONEY)}
    for target in panel.get("targets", []):
        assert (target["datasource"]["uid"], target["datasource"]["type"]) in known
        assert target["rawQuery"] is True
    refs = [target["refId"] for target in panel.get("targets", [])]
    assert len(refs) == len(set(refs))


@pytest.mark.parametrize("uid", DOCUMENTS)
def test_panels_fill_rows_without_overlapping(uid: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DOCUMENTS[uid]["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < COLUMNS
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len(taken) == COLUMNS * (max(y for _, y in taken) + 1), "a hole"


@pytest.mark.parametrize("uid", DOCUMENTS)
def test_no_station_is_written_into_a_dashboard(uid: str) -> None:
    text = "\n".join(text for text in strings(DOCUMENTS[uid]) if not text.startswith("data:"))
    assert not [name for name in station_names() if name in text]


@pytest.mark.parametrize("uid", DOCUMENTS)
def test_every_variable_that_is_used_is_defined(uid: str) -> None:
    document = DOCUMENTS[uid]
    defined = {variable["name"] for variable in document["templating"]["list"]}
    used = set(re.findall(r"\$\{(\w+)[:}]", "\n".join(strings(document["panels"]))))
    assert used - {"__url_time_range"} <= defined, used - defined


@pytest.mark.parametrize("uid", DOCUMENTS)
def test_synthetic_data_is_labelled_by_asking_the_registry(uid: str) -> None:
    asked = [t.get("rawSql", "") for panel in DOCUMENTS[uid]["panels"][:8] for t in panel.get("targets", [])]
    assert any("registry_facts" in query for query in asked)


@pytest.mark.parametrize("uid", DOCUMENTS)
def test_the_sdk_reads_back_what_it_wrote(uid: str) -> None:
    register()
    again = as_json(Dashboard.from_json(json.loads(json.dumps(DOCUMENTS[uid]))))
    assert [p.get("targets") for p in again["panels"]] == [p.get("targets") for p in DOCUMENTS[uid]["panels"]]
    assert again["templating"] == DOCUMENTS[uid]["templating"]
