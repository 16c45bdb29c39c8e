// All stations: search, filter, sort and page; the address says what is shown, so it can be sent to somebody.

import "../shell.js";
import { address, get } from "../api.js";
import { all, h, one, put } from "../dom.js";
import { ago, nameOf, number, power, reasonText, stamp, UNITS } from "../format.js";
import { on } from "../live.js";
import { cell, empty, failure, missing, unconfirmedMark } from "../parts.js";
import { NOT_LIVE, STATES, mark, stateName, stateTag } from "../states.js";
import { t } from "../texts.js";

const PAGE = 50;
const FILTERS = ["q", "league", "banner", "kind", "state"];
const DEFAULTS = { sort: "state", order: "desc", offset: 0 };
const FIRST_DESCENDING = ["state", "capacity", "power", "energy", "income", "last_reading"];

let asked = 0;
let asOf = null;
let query = readAddress();

function readAddress() {
  const given = new URLSearchParams(location.search);
  const read = Object.fromEntries(FILTERS.map((name) => [name, given.get(name) || ""]));
  return { ...read, sort: given.get("sort") || DEFAULTS.sort, order: given.get("order") || DEFAULTS.order, offset: Number(given.get("offset")) || 0 };
}

function writeAddress() {
  const said = Object.entries(query).filter(([name, value]) => value !== "" && value !== DEFAULTS[name]);
  const text = new URLSearchParams(said).toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
  const filters = Object.fromEntries(FILTERS.map((name) => [name, query[name]]));
  one("#csv").href = address("/v1/stations.csv", { ...filters, sort: query.sort, order: query.order });
}

function change(part) {
  query = { ...query, offset: 0, ...part };
  writeAddress();
  load();
}

function livePower(row) {
  if (row.power_w === null) return missing(row.last_reading_at ? t("last_heard", { ago: ago(row.last_reading_at, asOf) }) : t("never_heard"));
  const value = cell(row.power_w, UNITS.kW);
  if (!NOT_LIVE.includes(row.state)) return value;
  return h("span", { class: "old", tabindex: "0", "data-tip": t("stale.since", { at: stamp(row.last_reading_at) }) }, value);
}

function kindName(row) {
  if (row.kind === "centralized") return t("kind.centralized");
  return t(row.joint ? "kind.joint" : "kind.village");
}

function stationRow(row) {
  const { income_today: income } = row;
  const said = (label, kind, ...content) => h("td", { "data-label": t(label), class: kind }, ...content);
  return h(
    "tr",
    {},
    h("td", { class: "c-state" }, stateTag(row.state)),
    h("th", { scope: "row", class: "c-name" }, h("a", { href: `/stations/${encodeURIComponent(row.station_id)}` }, nameOf(row))),
    h("td", { class: "c-kind" }, kindName(row)),
    h("td", { class: "c-place" }, `${nameOf(row, "league")} · ${nameOf(row, "banner")}`),
    said("column.capacity", "num c-capacity", cell(row.capacity_dc_w, UNITS.kW, "")),
    said("column.power", "num c-power", livePower(row)),
    said("column.energy", "num c-energy", cell(row.energy_today_wh, UNITS.kWh, income.reason)),
    said("column.income", "num c-income", cell(income.gross_fen, UNITS.yuan, income.reason), income.unconfirmed && income.gross_fen !== null ? unconfirmedMark() : h("span", { class: "note mini none" })),
    said("column.last", "num c-last", row.last_reading_at ? ago(row.last_reading_at, asOf) : missing(t("never_heard"))),
  );
}

function showSort() {
  for (const head of all("th[data-sort]")) {
    const mine = head.dataset.sort === query.sort;
    head.setAttribute("aria-sort", mine ? (query.order === "asc" ? "ascending" : "descending") : "none");
  }
  one("#sort").value = `${query.sort}.${query.order}`;
  if (one("#sort").selectedIndex < 0) one("#sort").value = "";
}

function showPages(total, shown) {
  const from = total ? query.offset + 1 : 0;
  put("range", t("list.range", { from: number(from), to: number(query.offset + shown), total: number(total) }));
  const move = (by) => () => {
    query = { ...query, offset: Math.max(0, query.offset + by) };
    writeAddress();
    load().then(() => one("#list-top").scrollIntoView({ block: "start" }));
  };
  const button = (label, by, off) => h("button", { type: "button", onclick: move(by), disabled: off }, t(label));
  put("pages", button("list.before", -PAGE, query.offset === 0), button("list.after", PAGE, query.offset + shown >= total));
}

function clear() {
  for (const name of ["q", "league", "banner", "kind"]) one(`#${name}`).value = "";
  change({ q: "", league: "", banner: "", kind: "", state: "" });
}

function show(answer) {
  asOf = answer.as_of;
  put("rows", ...answer.items.map(stationRow));
  const nothing = answer.total ? [] : [empty(t("list.none"), h("button", { type: "button", onclick: clear }, t("list.clear")))];
  put("list-message", ...nothing);
  one("#list").hidden = !answer.total;
  showPages(answer.total, answer.items.length);
  showSort();
}

async function load() {
  const mine = ++asked;
  one("#list-box").setAttribute("aria-busy", "true");
  try {
    const answer = await get("/v1/stations", { ...query, limit: PAGE });
    if (mine === asked) show(answer);
  } catch (problem) {
    if (mine === asked) put("list-message", failure(problem, load));
  } finally {
    if (mine === asked) one("#list-box").removeAttribute("aria-busy");
  }
}

function option(value, text) {
  return h("option", { value, selected: false }, text);
}

function fillStates(fleet) {
  const { by_state: byState } = fleet.stations;
  const chip = (state, text, count) =>
    h("button", { type: "button", class: "chip", "aria-pressed": String(query.state === state), onclick: () => change({ state: query.state === state ? "" : state }) }, state ? mark(state) : null, text, " ", h("b", { class: "num" }, number(count)));
  put("chips", chip("", t("list.all"), fleet.stations.total), ...STATES.filter((state) => byState[state]).map((state) => chip(state, stateName(state), byState[state])));
}

/** The choices of league, and the banners of the league that is chosen. */
function fillPlaces(rows) {
  const leagues = new Map(rows.map((row) => [row.league_code, nameOf(row, "league")]));
  const within = rows.filter((row) => !query.league || row.league_code === query.league);
  const banners = new Map(within.map((row) => [row.banner_code, nameOf(row, "banner")]));
  const choices = (map) => [...map].sort().map(([code, name]) => option(code, name));
  one("#league").append(...choices(leagues));
  one("#league").value = query.league;
  one("#banner").replaceChildren(option("", t("filter.banner")), ...choices(banners));
  one("#banner").value = query.banner;
}

function listen() {
  let pause = null;
  one("#q").addEventListener("input", (event) => {
    clearTimeout(pause);
    pause = setTimeout(() => change({ q: event.target.value.trim() }), 200);
  });
  one("#filters").addEventListener("submit", (event) => event.preventDefault());
  one("#league").addEventListener("change", (event) => {
    change({ league: event.target.value, banner: "" });
    one("#league").replaceChildren(option("", t("filter.league")));
    fillPlaces(places);
  });
  for (const name of ["banner", "kind"]) one(`#${name}`).addEventListener("change", (event) => change({ [name]: event.target.value }));
  one("#sort").addEventListener("change", (event) => {
    const [sort, order] = event.target.value.split(".");
    change({ sort, order });
  });
  for (const button of all("th[data-sort] button")) {
    button.addEventListener("click", () => {
      const { sort } = button.closest("th").dataset;
      const first = FIRST_DESCENDING.includes(sort) ? "desc" : "asc";
      change({ sort, order: query.sort === sort ? (query.order === "asc" ? "desc" : "asc") : first });
    });
  }
}

let places = [];

async function start() {
  for (const name of ["q", "kind"]) one(`#${name}`).value = query[name];
  listen();
  writeAddress();
  on("fleet", fillStates);
  on("slow", () => load());
  await load();
  places = (await get("/v1/stations", { limit: 1000 })).items;
  fillPlaces(places);
}

start();
