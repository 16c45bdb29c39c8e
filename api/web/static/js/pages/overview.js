// The operator's page: what is down, what is produced now, what today is worth.

import "../shell.js";
import { get } from "../api.js";
import { putTable } from "../chart.js";
import { powerChart } from "../chart_power.js";
import { h, one, put, svg } from "../dom.js";
import { followStations, inTrouble, silence } from "../fleet_state.js";
import { clock, dayOf, energyUnit, inUnit, moneyUnit, nameOf, number, percent, power, powerUnit, reasonText, withUnit } from "../format.js";
import { on, present, ready } from "../live.js";
import { StationMap, mapLegend } from "../map.js";
import { moneyChart } from "../money_chart.js";
import { big, cell, incomeFigure, missing, section } from "../parts.js";
import { ATTENTION, countIn, mark, stateBar, stateCounts, stateName } from "../states.js";
import { t } from "../texts.js";

const LISTED = 7;
const UNKNOWN_LISTED = 3;
let leagueCode = "";

function showPower(fleet) {
  const { power_w: watts, power_stations: counted, stations } = fleet;
  const unit = powerUnit(fleet.capacity_dc_w);
  put("power-now", watts === null ? h("span", { class: "big" }, missing(t("power.none"))) : big(inUnit(watts, unit), unit.name));
  const dark = stations.by_state.night > stations.total / 2;
  const share = watts === null ? "" : dark ? t("power.night") : t("power.share", { n: percent(watts / fleet.capacity_dc_w, 0), capacity: power(fleet.capacity_dc_w) });
  put("power-under", h("p", { class: "under" }, t("power.stations", { n: number(counted), total: number(stations.total) })), h("p", { class: "under" }, share));
}

function showEnergy(fleet) {
  const { energy_today_wh: wh } = fleet;
  const unit = energyUnit(wh ?? 0);
  put("energy-today", wh === null ? h("span", { class: "big" }, missing(reasonText(fleet.income_today.reason))) : big(inUnit(wh, unit), unit.name));
  put("energy-under", wh === null ? null : h("p", { class: "under" }, t("hours.today", { n: number(wh / fleet.capacity_dc_w, 2) })));
}

function showFigures(fleet) {
  showPower(fleet);
  showEnergy(fleet);
  put("income-today", ...incomeFigure(fleet.income_today));
  put("income-month", ...incomeFigure(fleet.income_month));
  const { by_state: byState, total } = fleet.stations;
  const bad = countIn(byState, ATTENTION);
  const answer = bad ? t("attention.answer", { n: number(bad), total: number(total) }) : t("attention.none", { total: number(total) });
  put("attention-count", h("span", { class: `big${bad ? "" : " fine"}` }, h("span", { class: "num" }, number(bad)), h("span", { class: "unit" }, t("unit.stations"))));
  put("attention-answer", answer);
  put("attention-states", ...ATTENTION.filter((s) => byState[s]).map((s) => h("a", { class: "state", href: `/stations?state=${s}` }, mark(s), `${stateName(s)} ${number(byState[s])}`)));
  put("map-legend", ...mapLegend(byState));
  put("kinds", kindRow(fleet, "centralized", t("kind.centralized.long")), kindRow(fleet, "village", t("kind.village.long")));
  put("beneficiaries", t("fleet.beneficiaries", { villages: number(fleet.villages), households: number(fleet.households) }));
  put("leagues", ...fleet.leagues.filter((league) => league.stations).map(leagueRow));
}

/** One station that needs a look, in a list. */
function troubleRow(row, asOf) {
  return h(
    "li",
    {},
    h(
      "a",
      { href: `/stations/${encodeURIComponent(row.station_id)}` },
      mark(row.state),
      h("b", { class: "name" }, nameOf(row)),
      h("span", { class: "site" }, `${nameOf(row, "league")} · ${power(row.capacity_dc_w)}`),
      h("span", { class: "when" }, h("span", { class: "word" }, stateName(row.state)), " ", silence(row, asOf)),
    ),
  );
}

/** How many there are of each kind, with their states. */
function kindRow({ stations }, kind, label) {
  const byState = stations.by_kind_and_state[kind];
  const total = stations.by_kind[kind];
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: `/stations?kind=${kind}` }, label)),
    h("td", { class: "num" }, number(total)),
    h("td", { class: "bar-cell" }, stateBar(byState, total)),
    h("td", { class: "counts" }, countIn(byState, ATTENTION) ? stateCounts(byState, ATTENTION) : h("span", { class: "fine" }, t("all_well"))),
    h("td", { colspan: 4, class: "fine kind-note" }, kind === "village" ? t("kind.joint_among", { n: number(stations.joint) }) : ""),
  );
}

function showTrouble(stations, asOf) {
  const bad = inTrouble(stations);
  put("attention-list", ...bad.slice(0, LISTED).map((row) => troubleRow(row, asOf)));
  const capacity = bad.reduce((sum, row) => sum + row.capacity_dc_w, 0);
  put("attention-cost", bad.length ? t("attention.capacity", { power: power(capacity) }) : "");
  const more = one("#attention-more");
  if (more) more.hidden = bad.length <= LISTED;
}

function leagueRow(league) {
  const pick = () => {
    leagueCode = leagueCode === league.code ? "" : league.code;
    map.showLeague(leagueCode);
  };
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: `/stations?league=${league.code}` }, nameOf(league))),
    h("td", { class: "num" }, number(league.stations)),
    h("td", { class: "bar-cell" }, stateBar(league.by_state, league.stations)),
    h("td", { class: "counts" }, countIn(league.by_state, ATTENTION) ? stateCounts(league.by_state, ATTENTION) : h("span", { class: "fine" }, t("all_well"))),
    h("td", { class: "num" }, cell(league.power_w, { per: 1e6, digits: 1 }, t("power.none"))),
    h("td", { class: "num" }, cell(league.energy_today_wh, energyColumn, league.income_today.reason)),
    h("td", { class: "num" }, cell(league.income_today.gross_fen, moneyColumn, league.income_today.reason)),
    h("td", { class: "act" }, h("button", { type: "button", class: "quiet", onclick: pick, "aria-label": t("map.show_league", { name: nameOf(league) }), title: t("map.show_league", { name: nameOf(league) }) }, icon())),
  );
}

const icon = () => svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, svg("path", { d: "M8,1V5M8,11V15M1,8H5M11,8H15M8,4.5A3.5,3.5 0 1,0 8,11.5A3.5,3.5 0 1,0 8,4.5" }));
const energyColumn = energyUnit(1e9);
const moneyColumn = moneyUnit(1e7);

function loadCurve() {
  return section("power-chart", () => get("/v1/fleet/power", {}), (curve, place) => {
    put("power-day", curve.day);
    powerChart(place, curve, { label: t("chart.power_fleet", { day: curve.day }), total: curve.points.length ? fleetTotal : null, now: present() });
  });
}

/** Stations that nobody has registered: they have no row in any list. */
function loadUnknown() {
  return section("attention-unknown", () => get("/v1/ingest", {}), ({ unknown_stations: waiting }) => {
    const names = Object.keys(waiting);
    const letters = names.reduce((sum, name) => sum + waiting[name], 0);
    const listed = names.slice(0, UNKNOWN_LISTED).join(", ") + (names.length > UNKNOWN_LISTED ? ", …" : "");
    return names.length ? h("p", {}, h("a", { href: "/v1/dead-letters?reason=unknown_station" }, t("attention.unknown", { n: number(names.length), letters: number(letters), names: listed }))) : [];
  });
}

/** Whether finance waits for something: months whose money is late, and all that has not come in. */
function loadMoney() {
  return section("attention-money", () => get("/v1/finance/months", {}), ({ items }) => {
    const sum = (name) => items.reduce((all, row) => all + row[name], 0);
    const [late, open, overdue] = [sum("late_fen"), sum("outstanding_fen"), items.filter((row) => row.overdue)];
    if (!open) return [];
    const oldest = (overdue.length ? overdue : items.filter((row) => row.outstanding_fen)).at(-1);
    const said = late ? h("b", { class: "late" }, t("overview.late", { n: number(overdue.length), late: withUnit(late, moneyUnit(late)) })) : t("overview.not_late");
    const more = h("a", { href: `/finance?month=${oldest.month}` }, t("overview.outstanding", { open: withUnit(open, moneyUnit(open)) }));
    return [h("h3", {}, t("overview.money")), h("p", {}, said), h("p", {}, more)];
  });
}

let fleetTotal = null;

function loadIncome() {
  return section("income-chart", () => get("/v1/fleet/income", { by: "day" }), (income, place) => {
    const rows = income.items.slice(-30);
    const table = moneyChart(place, rows, { label: t("chart.income_fleet", { n: rows.length }), running: present() && dayOf(present()) });
    putTable("income-table", table);
  });
}

const map = new StationMap(one("#map"));

on("fleet", (fleet) => {
  fleetTotal = fleet.stations.total;
  put("as-of", clock(fleet.as_of));
  showFigures(fleet);
});
on("cut", (before) => before || put("attention-answer", t("error.unreachable")));
on("slow", loadCurve);
on("slow", loadIncome);
on("slow", loadUnknown);
on("slow", loadMoney);
put("energy-head", energyColumn.name);
put("money-head", moneyColumn.name);
ready.then(() => Promise.all([loadCurve(), loadIncome(), loadUnknown(), loadMoney()]));
section("map-failure", () => followStations((stations, leagues, asOf) => {
  showTrouble(stations, asOf);
  map.show(stations, leagues, asOf);
}), () => []);
