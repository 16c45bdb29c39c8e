"""Alert rules, contact points and the notification policy through Grafana's API.

What comes from files refuses changes by API and is left. The policy is one tree for the whole organization: only our
route in it is ours, and it goes first.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, Final

from dashboards.alerts import FOLDER_UID, GROUPS_S, PROGRAM, RETIRED, Rule, document, rules
from dashboards.contacts import CONTACT, contact_points, policy, unwanted
from dashboards.grafana import Grafana, Json
from dashboards.pushing import Kind, State, Step, differences, folder_step
from dashboards.settings import Settings
from dashboards.words import alerts as says
from guangfu.texts import Lang

REDACTED: Final = "[REDACTED]"
"""What Grafana tells of a secret."""


def alert_steps(grafana: Grafana, settings: Settings) -> Iterator[Step]:
    """Folder, rules, groups, contact points, policy, each when its turn comes; then what is not wanted any more.

    Where our rules come from files, what is missing is left to the files.

    Raises:
        GrafanaError: See `dashboards.grafana`.
    """
    by_file = any(_is_from_file(grafana, rule["uid"]) for rule in _ours(grafana, settings))
    for step in _wanted_steps(grafana, settings):
        left = by_file and step.state is State.MISSING and step.kind is not Kind.FOLDER
        yield replace(step, state=State.FOR_FILES, differs=("missing",), apply=None) if left else step


def removal_steps(grafana: Grafana) -> Iterator[Step]:
    """Takes away what `push` brought, so that files may bring it: else Grafana would not start with them.

    Raises:
        GrafanaError: See `dashboards.grafana`.
    """
    yield from _retired(grafana, ())
    yield from _policy(grafana, wanted=False)
    for point in grafana.contact_points():
        if point["name"] == CONTACT:
            yield _not_wanted(grafana, point)


def _ours(grafana: Grafana, settings: Settings) -> list[Json]:
    known = {rule.uid for rule in rules(settings)}
    return [rule for rule in grafana.alert_rules() if rule["uid"] in known]


def _is_from_file(grafana: Grafana, uid: str) -> bool:
    return (grafana.alert_rule(uid) or {}).get("provenance") == "file"


def _wanted_steps(grafana: Grafana, settings: Settings) -> Iterator[Step]:
    lang = Lang(settings.alert_language)
    folder, title = _folder(grafana, says.FOLDER(lang)), says.FOLDER(lang)
    yield folder_step(grafana, folder, title)
    for rule in rules(settings):
        yield _rule(grafana, rule, lang, folder)
    for name, interval_s in GROUPS_S.items():
        yield _group(grafana, folder, name, interval_s)
    yield from _retired(grafana, {rule.uid for rule in rules(settings)})
    yield from _contacts(grafana, settings)


def _folder(grafana: Grafana, title: str) -> str:
    """Ours, or the one of this title that Grafana made itself for rules from a file."""
    if grafana.folder(FOLDER_UID) is not None:
        return FOLDER_UID
    return grafana.folder_titled(title) or FOLDER_UID


def _rule(grafana: Grafana, rule: Rule, lang: Lang, folder: str) -> Step:
    ours = {**document(rule, lang), "folderUID": folder, "ruleGroup": rule.group}
    there, title = grafana.alert_rule(rule.uid), ours["title"]
    if there is None:
        return Step(Kind.RULE, rule.uid, title, State.MISSING, apply=lambda: grafana.create_alert_rule(ours))
    differs = tuple(differences(ours, there, ours_only=True))
    if there.get("provenance") == "file":
        return Step(Kind.RULE, rule.uid, title, State.FROM_FILE, differs)
    if not differs:
        return Step(Kind.RULE, rule.uid, title, State.SAME)
    return Step(Kind.RULE, rule.uid, title, State.DIFFERENT, differs, lambda: grafana.update_alert_rule(ours))


def _group(grafana: Grafana, folder: str, name: str, interval_s: int) -> Step:
    """A group comes with its first rule, evaluated every minute."""
    there, title = grafana.rule_group(folder, name), f"{interval_s} s"
    apply = lambda: _set_interval(grafana, folder, name, interval_s)  # noqa: E731
    if there is None:
        return Step(Kind.GROUP, name, title, State.MISSING, apply=apply)
    if there["interval"] == interval_s:
        return Step(Kind.GROUP, name, title, State.SAME)
    if any(rule.get("provenance") == "file" for rule in there["rules"]):
        return Step(Kind.GROUP, name, title, State.FROM_FILE, ("interval",))
    return Step(Kind.GROUP, name, title, State.DIFFERENT, ("interval",), apply)


def _set_interval(grafana: Grafana, folder: str, name: str, interval_s: int) -> None:
    """Grafana takes a group whole, its rules included."""
    there = grafana.rule_group(folder, name)
    assert there is not None, "a group whose rules were just written"
    grafana.update_rule_group(folder, {**there, "interval": interval_s})


def _retired(grafana: Grafana, ours: Collection[str]) -> Iterator[Step]:
    """Rules with our label that the code does not know any more, whether `RETIRED` names them or not."""
    for rule in grafana.alert_rules():
        uid = rule["uid"]
        if uid in ours or not (uid in RETIRED or PROGRAM.items() <= (rule.get("labels") or {}).items()):
            continue
        there = grafana.alert_rule(uid) or rule
        if there.get("provenance") == "file":
            yield Step(Kind.RULE, uid, there["title"], State.FROM_FILE, ("retired",))
        else:
            delete = lambda uid=uid: grafana.delete_alert_rule(uid)  # noqa: E731
            yield Step(Kind.RULE, uid, there["title"], State.UNWANTED, apply=delete)


def _contacts(grafana: Grafana, settings: Settings) -> Iterator[Step]:
    """A policy needs its contact point, and a contact point can't go while a policy names it."""
    stored = {point["uid"]: point for point in grafana.contact_points()}
    wanted = contact_points(settings)
    for point in wanted:
        yield _contact(grafana, point, stored.get(point["uid"]))
    yield from _policy(grafana, wanted=bool(wanted))
    for uid in unwanted(settings):
        if uid in stored:
            yield _not_wanted(grafana, stored[uid])


def _contact(grafana: Grafana, ours: Json, there: Json | None) -> Step:
    """Written again with every push, as are data sources: Grafana does not tell whether an address is the same."""
    uid, kind = ours["uid"], ours["type"]
    if there is None:
        return Step(Kind.CONTACT, uid, kind, State.MISSING, apply=lambda: grafana.create_contact_point(ours))
    told = {name: value for name, value in ours["settings"].items() if there["settings"].get(name) != REDACTED}
    differs = tuple(differences({**ours, "settings": told}, there, ours_only=True))
    if there.get("provenance") == "file":
        return Step(Kind.CONTACT, uid, kind, State.FROM_FILE, differs)
    state = State.DIFFERENT if differs else State.SAME
    return Step(Kind.CONTACT, uid, kind, state, differs, lambda: grafana.update_contact_point(ours))


def _not_wanted(grafana: Grafana, there: Json) -> Step:
    uid, kind = there["uid"], there["type"]
    if there.get("provenance") == "file":
        return Step(Kind.CONTACT, uid, kind, State.FROM_FILE, ("retired",))
    return Step(Kind.CONTACT, uid, kind, State.UNWANTED, apply=lambda: grafana.delete_contact_point(uid))


def _policy(grafana: Grafana, *, wanted: bool) -> Iterator[Step]:
    """Our route, first among those of the tree; without a contact point of ours there is none."""
    tree = grafana.policies()
    mine, others = _routes(tree)
    if tree.get("provenance") == "file":
        reached = bool(mine) or tree["receiver"] == CONTACT
        if wanted or reached:
            yield Step(Kind.POLICY, CONTACT, "", State.FROM_FILE, () if reached == wanted else ("routes",))
        return
    if not wanted and not mine:
        return
    kept = {name: value for name, value in tree.items() if name not in {"routes", "provenance"}}
    made = {**kept, "routes": [policy(), *others] if wanted else others}
    apply = lambda: grafana.update_policies(made)  # noqa: E731
    if not wanted:
        yield Step(Kind.POLICY, CONTACT, "", State.UNWANTED, apply=apply)
        return
    differs = tuple(differences(policy(), mine[0], ours_only=True)) if len(mine) == 1 else ()
    if len(mine) == 1 and not differs:
        yield Step(Kind.POLICY, CONTACT, "", State.SAME)
    else:
        yield Step(Kind.POLICY, CONTACT, "", State.DIFFERENT if mine else State.MISSING, differs, apply)


def _routes(tree: dict[str, Any]) -> tuple[list[Json], list[Json]]:
    """Ours and the others."""
    routes = tree.get("routes") or []
    return [r for r in routes if r.get("receiver") == CONTACT], [r for r in routes if r.get("receiver") != CONTACT]
