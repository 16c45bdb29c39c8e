// The wall: the same answers, in type that is read at five metres, and nothing to touch.

import "../shell.js";
import { get } from "../api.js";
import { powerChart } from "../chart_power.js";
import { h, one, put } from "../dom.js";
import { followStations, inTrouble, silence } from "../fleet_state.js";
import { clock, dayOf, energyUnit, inUnit, moneyUnit, nameOf, number, percent, power, powerUnit, reasonText } from "../format.js";
import { on, present, ready } from "../live.js";
import { StationMap, mapLegend } from "../map.js";
import { big, missing, section } from "../parts.js";
import { ATTENTION, countIn, mark, stateName } from "../states.js";
import { t } from "../texts.js";

const LISTED = 12; // as many of them as there is room for
const map = new StationMap(one("#map"), { still: true });

function figure(id, value, unit, reason, ...under) {
  put(id, value === null ? h("span", { class: "big" }, missing(reason)) : big(inUnit(value, unit), unit.name), ...under.map((text) => h("p", { class: "under" }, text)));
}

function income(id, figures) {
  const { gross_fen: fen, coverage, unconfirmed } = figures;
  const mark = unconfirmed ? ` · ${t("unconfirmed")}` : "";
  const under = fen === null ? reasonText(figures.reason) : `${t("coverage", { n: percent(coverage) })}${mark}`;
  figure(id, fen, moneyUnit(fen ?? 0), reasonText(figures.reason), under);
}

function showFleet(fleet) {
  const { by_state: byState, total } = fleet.stations;
  const bad = countIn(byState, ATTENTION);
  put("attention-count", h("span", { class: bad ? "huge" : "huge fine" }, number(bad)));
  put("attention-answer", bad ? t("attention.answer", { n: number(bad), total: number(total) }) : t("attention.none", { total: number(total) }));
  put("attention-states", ...ATTENTION.filter((s) => byState[s]).map((s) => h("span", { class: "state" }, mark(s), `${stateName(s)} ${number(byState[s])}`)));
  figure("power-now", fleet.power_w, powerUnit(fleet.capacity_dc_w), t("power.none"), byState.night > total / 2 ? t("power.night") : t("power.stations", { n: number(fleet.power_stations), total: number(total) }));
  figure("energy-today", fleet.energy_today_wh, energyUnit(fleet.energy_today_wh ?? 0), reasonText(fleet.income_today.reason), fleet.energy_today_wh === null ? reasonText(fleet.income_today.reason) : t("hours.today", { n: number(fleet.energy_today_wh / fleet.capacity_dc_w, 2) }));
  income("income-today", fleet.income_today);
  income("income-month", fleet.income_month);
  put("map-legend", ...mapLegend(byState));
  put("wall-time", h("span", { class: "num" }, clock(fleet.as_of)), " ", h("span", { class: "day" }, dayOf(fleet.as_of)));
}

function troubleLine(row, asOf) {
  return h("li", {}, mark(row.state), h("b", {}, nameOf(row)), h("span", { class: "site" }, `${nameOf(row, "league")} · ${power(row.capacity_dc_w)}`), h("span", { class: "when" }, stateName(row.state), " ", silence(row, asOf)));
}

function showStations(stations, leagues, asOf) {
  const bad = inTrouble(stations);
  const list = put("attention-list", ...bad.slice(0, LISTED).map((row) => troubleLine(row, asOf)));
  while (list.lastChild && list.scrollHeight > list.clientHeight) list.lastChild.remove();
  const rest = bad.length - list.children.length;
  put("attention-rest", rest ? t("attention.rest", { n: number(rest) }) : "");
  map.show(stations, leagues, asOf);
}

const loadCurve = () =>
  section("power-chart", () => get("/v1/fleet/power", {}), (curve, place) =>
    powerChart(place, curve, { label: t("chart.power_fleet", { day: curve.day }), now: present() }));

on("fleet", showFleet);
on("cut", (before) => before || put("attention-answer", t("error.unreachable")));
on("slow", loadCurve);
ready.then(loadCurve);
section("map-failure", () => followStations(showStations), () => []);
