// One station: is it producing what its neighbours produce, and what is that worth.

import "../shell.js";
import { get, of } from "../api.js";
import { barChart } from "../chart_bars.js";
import { asTable, putTable } from "../chart.js";
import { powerChart } from "../chart_power.js";
import { showCompleteness } from "../completeness.js";
import { h, one, put } from "../dom.js";
import { showForecast } from "../forecast.js";
import { showReconciliation } from "../reconciliation.js";
import { addDays, ago, dayOf, energyUnit, inUnit, nameOf, number, percent, power, powerUnit, reasonText, stamp, UNITS, withUnit } from "../format.js";
import { on, present } from "../live.js";
import { loadSettlements } from "../money_way.js";
import { moneyChart, sinceKnown } from "../money_chart.js";
import { big, cell, empty, incomeFigure, missing, remark, section, unconfirmedNote } from "../parts.js";
import { NOT_LIVE, mark, stateName } from "../states.js";
import { t } from "../texts.js";

const COMPARABLE = 0.9; // a day of which less is known looks like a bad one
const COMPLETE_DAYS = 7;
const RESTING_MS = 5_000; // between two looks at a station that tells of itself all the time
const id = one("main").dataset.id;
let today = null;
let day = null;
let by = "day";
let shownAt = 0;

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const hours = (row) => row.energy_today_wh / row.capacity_dc_w;

/** Today's full-load hours beside the median of the same banner's other stations, which have the same weather. */
function compared(station, rows) {
  const { coverage } = station.income_today;
  if (coverage < COMPARABLE) return t("neighbours.partial", { n: percent(coverage) });
  const others = rows.filter((row) => row.station_id !== station.station_id && row.energy_today_wh !== null).map(hours);
  if (station.energy_today_wh === null || others.length < 3) return t("neighbours.too_few");
  const usual = median(others);
  const words = { mine: number(hours(station), 2), theirs: number(usual, 2), n: number(others.length) };
  if (usual < 0.2) return t("neighbours.early", words);
  return t("neighbours.compared", { ...words, part: percent(hours(station) / usual, 0) });
}

function stateSentence(station) {
  const { state, last_reading_at: at } = station;
  const heard = at ? t("last_heard_at", { at: stamp(at), ago: ago(at, station.as_of) }) : t("never_heard");
  return [mark(state), h("span", {}, t(`station.is.${state}`)), h("span", { class: "heard" }, heard)];
}

function livePower(station) {
  if (station.power_w === null) return [h("span", { class: "big" }, missing(t(`station.is.${station.state}`)))];
  const unit = powerUnit(station.power_w);
  const shown = big(inUnit(station.power_w, unit), unit.name);
  if (NOT_LIVE.includes(station.state)) {
    shown.classList.add("old");
    return [shown, h("p", { class: "under" }, t("stale.since", { at: stamp(station.last_reading_at) }))];
  }
  return [shown, h("p", { class: "under" }, t("power.share", { n: percent(station.power_w / station.capacity_dc_w, 0), capacity: power(station.capacity_dc_w) }))];
}

function kindName(station) {
  if (station.kind === "centralized") return t("kind.centralized");
  return t(station.joint ? "kind.joint" : "kind.village");
}

function showHead(station) {
  document.title = `${nameOf(station)} – ${t("brand")}`;
  put("name", nameOf(station));
  put("place", [nameOf(station, "league"), nameOf(station, "banner"), kindName(station), t("capacity.long", { power: power(station.capacity_dc_w) })].join(" · "));
  put("state", ...stateSentence(station));
  put("power-now", ...livePower(station));
  const wh = station.energy_today_wh;
  const unit = energyUnit(wh ?? 0);
  put("energy-today", wh === null ? h("span", { class: "big" }, missing(reasonText(station.income_today.reason))) : big(inUnit(wh, unit), unit.name), h("p", { class: "under" }, wh === null ? "" : t("hours.today", { n: number(hours(station), 2) })));
  const because = station.tariff && station.tariff.unconfirmed_because;
  put("income-today", ...incomeFigure(station.income_today, { unit: UNITS.yuan, because }));
  put("income-month", ...incomeFigure(station.income_month, { unit: UNITS.yuan, because }));
}

const fact = (label, ...value) => h("div", {}, h("dt", {}, t(label)), h("dd", {}, ...value));

/** The base price's document, or that it is still to be found. */
function baseDocument({ base_document: document, base_unconfirmed: unconfirmed }) {
  const why = t(document ? "tariff.base_unconfirmed.why" : "tariff.base_unknown.why");
  return [document || t("tariff.base_unknown"), unconfirmed || !document ? [" ", unconfirmedNote(why)] : null];
}

function showTariff({ tariff }) {
  if (!tariff) return put("tariff", empty(t("tariff.none")));
  const price = (text) => h("span", { class: "num" }, text);
  return put(
    "tariff",
    h("p", { class: "price" }, h("b", {}, price(tariff.price_yuan_per_kwh)), h("span", { class: "unit" }, t("unit.yuan_per_kwh"))),
    h("p", { class: "under" }, h("span", { class: "key" }, h("i", { class: "swatch m-base" }), t("money.base"), " ", h("b", {}, price(tariff.base_yuan_per_kwh))), " ", h("span", { class: "key" }, h("i", { class: "swatch m-subsidy" }), t("money.subsidy"), " ", h("b", {}, price(tariff.subsidy_yuan_per_kwh)))),
    h("dl", { class: "facts" }, fact("tariff.document", tariff.document), fact("tariff.base_document", ...baseDocument(tariff)), fact("tariff.confidence", t(`confidence.${tariff.confidence}`))),
    tariff.unconfirmed ? h("p", { class: "because" }, unconfirmedNote(tariff.unconfirmed_because), " ", tariff.unconfirmed_because || t("unconfirmed.why")) : "",
  );
}

function showFacts(station) {
  put(
    "facts",
    fact("fact.connected", station.grid_connected_on),
    fact("fact.capacity", `${power(station.capacity_dc_w)} / ${power(station.capacity_ac_w)}`),
    fact("fact.zone", t(`zone.${station.resource_zone}`)),
    fact("fact.grid", t(`grid.${station.grid}`)),
    fact("fact.plan_year", String(station.plan_year)),
    fact("fact.filed", station.filed_on),
    station.slots ? fact("fact.slots", number(station.slots)) : "",
    fact("fact.position", `${station.lat.toFixed(3)}°N ${station.lon.toFixed(3)}°E`),
    fact("fact.id", station.station_id),
  );
}

const sumOf = (villages, key) => villages.reduce((sum, village) => sum + village[key], 0);

/** Villages that share a village-level station's income by units. */
function sharesTable(villages) {
  return villagesTable(["column.units", "column.share", "column.households"], villages, (v) => [
    `${number(v.units)} / ${number(v.units_total)}`,
    percent(v.units / v.units_total, 2),
    number(v.households),
  ]);
}

/** Villages whose households hold slots of a centralized station, and what its company owes them in a year. */
function slotsTable(villages, entitlement) {
  const owed = (v) => (entitlement ? inUnit(v.slots * entitlement.fen_per_slot_year, UNITS.yuan) : missing(t("villages.no_entitlement")));
  return villagesTable(["column.households", "column.slots", "column.owed"], villages, (v) => [number(v.households), number(v.slots), owed(v)], "slots");
}

function villagesTable(heads, villages, cells, kind = "") {
  const row = (v) =>
    h("tr", {}, h("th", { scope: "row" }, h("a", { href: `/villages/${encodeURIComponent(v.village_id)}` }, nameOf(v))), cells(v).map((value) => h("td", { class: "num" }, value)));
  const head = h("tr", {}, h("th", { scope: "col" }, t("column.village")), heads.map((key) => h("th", { scope: "col", class: "num" }, t(key))));
  return h("table", { class: kind }, h("thead", {}, head), h("tbody", {}, villages.map(row)));
}

function entitled({ slots, entitlement }) {
  if (!entitlement) return "";
  const { fen_per_slot_year: fen, document, years, unconfirmed } = entitlement;
  const words = { each: withUnit(fen, UNITS.yuan), all: withUnit(fen * slots, UNITS.yuan), n: number(slots), years, document };
  return h("p", { class: "explain" }, t("villages.entitlement", words), unconfirmed ? [" ", unconfirmedNote(t("unconfirmed.why"))] : null);
}

function showVillages(station) {
  const { villages, kind, entitlement } = station;
  const words = { n: number(villages.length), households: number(sumOf(villages, "households")), slots: number(station.slots) };
  put("households", villages.length ? t(kind === "village" ? "villages.sum" : "villages.slots", words) : "");
  put("entitled", entitled(station));
  if (!villages.length) return put("villages", empty(t("villages.none")));
  return put("villages", kind === "village" ? sharesTable(villages) : slotsTable(villages, entitlement));
}

function deviceRow(device, asOf) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, device.device),
    h("td", {}, t(`device.${device.kind}`)),
    h("td", { class: "num" }, device.power_w === null || device.power_w === undefined ? (device.kind === "weather" ? "" : missing(t("power.none"))) : inUnit(device.power_w, UNITS.kW)),
    h("td", { class: "num" }, device.kind === "meter" ? number(device.multiplication_factor) : ""),
    h("td", { class: "num" }, device.last_reading_at ? ago(device.last_reading_at, asOf) : missing(t("never_heard"))),
  );
}

function showDevices({ devices, as_of: asOf }) {
  put("devices", ...devices.filter((device) => !device.valid_to).map((device) => deviceRow(device, asOf)));
}

function loadCurve() {
  put("curve-day", day);
  one("#day-after").disabled = day >= today;
  return section("power-chart", () => get(of("stations", id, "/power"), { day }), (curve, place) => {
    powerChart(place, curve, { label: t("chart.power_station", { day }), now: present() });
    put("curve-note", curve.points.length ? "" : t("power.no_points", { day }));
  });
}

function energyLines(row, unit) {
  if (row.energy_wh === null) return [row.day, reasonText(row.reason)];
  const lines = [row.day, withUnit(row.energy_wh, unit), t("coverage", { n: percent(row.coverage) })];
  if (row.interpolated_wh) lines.push(t("interpolated", { energy: withUnit(row.interpolated_wh, unit) }));
  if (row.estimated_low_wh !== null) lines.push(t("energy.estimated", { low: withUnit(row.estimated_low_wh, unit), high: withUnit(row.estimated_high_wh, unit) }));
  if (row.reason) lines.push(row.reason);
  if (row.day === today) lines.push(t("day.running"));
  return lines;
}

function showEnergy(answer, place) {
  const rows = answer.slice(-30);
  const unit = energyUnit(Math.max(0, ...rows.map((row) => row.energy_wh || 0)));
  const parts = (row) => (row.energy_wh === null ? null : [{ kind: "e-measured", value: row.energy_wh - (row.interpolated_wh || 0) }, { kind: "e-interpolated", value: row.interpolated_wh || 0 }]);
  const label = t("chart.energy_station", { n: rows.length });
  barChart(place, rows.map((row) => ({ period: row.day, parts: parts(row), partial: row.day === today, lines: energyLines(row, unit) })), { label, unit });
  const heads = [t("column.day"), `${t("column.energy_word")} (${unit.name})`, t("column.interpolated"), t("coverage.word"), t("column.remark")];
  const table = () => [...rows].reverse().map((row) => [row.day, cell(row.energy_wh, unit, row.reason), cell(row.interpolated_wh, unit, row.reason), percent(row.coverage), remark(row.reason)]);
  putTable("energy-table", asTable(heads, table, label));
}

function loadIncome() {
  return section("income-chart", () => get(of("stations", id, "/income"), { by }), (income, place) => {
    const rows = by === "day" ? income.items : sinceKnown(income.items);
    if (!rows.length) return empty(t("income.none"));
    const running = by === "day" ? today : today.slice(0, 7);
    putTable("income-table", moneyChart(place, rows, { label: t(`chart.income_station.${by}`), running, exact: true }));
    return null;
  });
}

function show(station) {
  shownAt = performance.now();
  today = dayOf(station.as_of);
  day = day || today;
  showHead(station);
  showTariff(station);
  showFacts(station);
  showVillages(station);
  showDevices(station);
  one("#page").hidden = false;
  put("page-message");
}

function listen() {
  const move = (days) => () => {
    day = addDays(day, days);
    loadCurve();
  };
  one("#day-before").addEventListener("click", move(-1));
  one("#day-after").addEventListener("click", move(1));
  for (const button of document.querySelectorAll("[data-by]")) {
    button.addEventListener("click", () => {
      by = button.dataset.by;
      for (const other of document.querySelectorAll("[data-by]")) other.setAttribute("aria-pressed", String(other === button));
      loadIncome();
    });
  }
}

async function start() {
  let station;
  try {
    station = await get(of("stations", id));
  } catch (problem) {
    const { notFound } = await import("../absent.js");
    return notFound(problem, "station", start);
  }
  show(station);
  listen();
  loadCurve();
  section("energy-chart", () => get(of("stations", id, "/energy"), { start: addDays(today, -29), end: today }), showEnergy);
  loadIncome();
  loadSettlements(station, today);
  section("forecast", () => get(of("stations", id, "/forecast")), showForecast);
  section("complete", () => get(of("stations", id, "/completeness"), { start: addDays(today, 1 - COMPLETE_DAYS), end: today }), showCompleteness);
  section("reconciliation", () => get(of("stations", id, "/reconciliation"), { start: addDays(today, -COMPLETE_DAYS), end: addDays(today, -1) }), showReconciliation);
  return compare(station);
}

async function compare(station) {
  const rows = await get("/v1/stations", { banner: station.banner_code, limit: 1000 });
  put("neighbours", compared(station, rows.items));
}

function again() {
  if (!today || performance.now() - shownAt < RESTING_MS) return;
  get(of("stations", id)).then((station) => {
    const turned = day === today && dayOf(station.as_of) !== today;
    if (turned) day = null;
    show(station);
    if (day === today) loadCurve();
  }, () => null);
}

on("stations", (event) => event.some(([changed]) => changed === id) && again());
on("slow", again);
on("slow", () => today && loadIncome());
start();
