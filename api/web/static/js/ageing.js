// What is outstanding by age: who pays, opened to banners, opened to stations; and of one station.

import { get } from "./api.js";
import { h, put } from "./dom.js";
import { column, foldButton, labelled, moneyCells, moneyTable } from "./money_table.js";
import { empty, section, unconfirmedMark } from "./parts.js";
import { t } from "./texts.js";

const COLUMNS = [
  column(t("age.three"), (row) => row.up_to_3_months_fen),
  column(t("age.twelve"), (row) => row.up_to_12_months_fen),
  column(t("age.two_years"), (row) => row.up_to_24_months_fen),
  column(t("age.older"), (row) => row.over_24_months_fen),
  column(t("kind.outstanding"), (row) => row.outstanding_fen, { swatch: "m-outstanding" }),
];
/** What a row opens to, and by which name of the query its id goes. */
const WITHIN = { payer: ["banner", "payer"], banner: ["station", "banner"] };
const opened = new Map(); // "payer mengxi" -> the answer about what is in it

const partName = (part) => [h("i", { class: `swatch ${part === "base" ? "m-base" : "m-subsidy"}` }), part === "base" ? t("money.base") : t("money.subsidy")];
const partCell = (row) => h("td", {}, partName(row.part));

function placeCell(row, by, first, depth, query) {
  if (!first) return h("th", { scope: "row", class: "again" }, h("span", { class: "hidden" }, row.name));
  const name = by === "station" ? h("a", { href: `/stations/${encodeURIComponent(row.id)}` }, row.name) : row.name;
  const fold = WITHIN[by] ? foldButton(opened.has(`${by} ${row.id}`), t("fold.open", { name: row.name }), () => flip(by, row.id, query)) : null;
  return h("th", { scope: "row", class: `depth-${depth}` }, fold, name);
}

/** A banner's rows, of the grid company that its parent names. */
async function flip(by, id, query) {
  const key = `${by} ${id}`;
  if (!opened.delete(key)) {
    const [below, name] = WITHIN[by];
    opened.set(key, await get("/v1/receivables", { ...query, by: below, [name]: id }));
  }
  put("ageing", whole(top));
}

function rowsOf({ by, items }, depth = 0, query = {}) {
  return items.flatMap((row, i) => {
    const first = i === 0 || items[i - 1].id !== row.id;
    const last = i === items.length - 1 || items[i + 1].id !== row.id;
    const within = last ? opened.get(`${by} ${row.id}`) : null;
    const shown = h("tr", { class: `age-row depth-${depth}${first ? "" : " same"}` }, placeCell(row, by, first, depth, query), partCell(row), moneyCells(COLUMNS, row), h("td", { class: "mark-cell" }, row.unconfirmed ? unconfirmedMark() : null));
    return [shown, ...(within ? rowsOf(within, depth + 1, { ...query, [by]: row.id }) : [])];
  });
}

/** The sum of both parts, so that nobody adds up by head. */
function totalRow(items) {
  const sum = Object.fromEntries(Object.keys(items[0]).filter((name) => name.endsWith("_fen")).map((name) => [name, items.reduce((all, row) => all + row[name], 0)]));
  return h("tr", { class: "total-row" }, h("th", { scope: "row" }, t("column.total")), h("td", {}), moneyCells(COLUMNS, sum), h("td", { class: "mark-cell" }));
}

function table(answer, place) {
  const rows = [...rowsOf(answer), answer.items.length > 1 ? totalRow(answer.items) : null];
  const shown = moneyTable([place, t("column.part")], COLUMNS, rows);
  shown.tHead.rows[0].append(h("th", { class: "mark-cell" }));
  shown.classList.add("ageing");
  return shown;
}

let top = null;
const whole = (answer) => (answer.items.length ? table(answer, t("column.payer")) : empty(t("finance.nothing_open")));

/** Fills the element `ageing` with all that is outstanding. */
export const showAgeing = () => section("ageing", () => get("/v1/receivables", { by: "payer" }), (answer) => {
  top = answer;
  return whole(answer);
});

/** What is outstanding of one station. */
export const stationAgeing = (items) => (items.length ? [h("h3", {}, t("finance.ageing")), table({ by: "station", items }, t("nav.station"))] : empty(t("finance.nothing_open")));
