// One village: what did our station earn, where does it go. The money is an estimate and says so.

import "../shell.js";
import { get, of } from "../api.js";
import { putTable } from "../chart.js";
import { h, one, put } from "../dom.js";
import { inUnit, nameOf, number, percent, reasonText, UNITS, withUnit } from "../format.js";
import { on } from "../live.js";
import { loadVillageMoney } from "../money_way.js";
import { moneyChart, sinceKnown } from "../money_chart.js";
import { big, empty, missing, moneyKind, note, section } from "../parts.js";
import { t } from "../texts.js";

const id = one("main").dataset.id;
let months = [];
let village = null;

function line(kind, label, fen, reason, sign = "") {
  return h("tr", { class: kind }, h("th", { scope: "row" }, label), h("td", { class: "num" }, fen === null ? missing(reasonText(reason)) : `${sign}${inUnit(fen, UNITS.yuan)}`));
}

const swatch = (kind, text) => [h("i", { class: `swatch ${kind}` }), text];

/** The month as a small account: parts, their sum, what goes off, what is left. */
function account(row) {
  const { income } = row;
  return h(
    "table",
    { class: "account" },
    h("caption", { class: "hidden" }, t("village.account", { month: row.period })),
    h(
      "tbody",
      {},
      line("part", swatch("m-base", t("money.base.long")), income.base_fen, income.reason),
      line("part", swatch("m-subsidy", t("money.subsidy.long")), income.subsidy_fen, income.reason),
      line("sum", t("money.estimate.long"), income.gross_fen, income.reason),
      line("off", t("money.deductions"), row.deductions_fen, income.reason, "− "),
      line("total", t("money.distributable"), row.distributable_fen, income.reason),
    ),
  );
}

function showAnswer(row) {
  const { income } = row;
  const fen = row.distributable_fen;
  put("answer", fen === null ? h("span", { class: "big" }, missing(reasonText(income.reason))) : big(inUnit(fen, UNITS.yuan), UNITS.yuan.name));
  put("answer-kind", ...(income.gross_fen === null ? [reasonText(income.reason)] : [...moneyKind(income), income.reason ? h("span", { class: "remark" }, income.reason) : ""]));
  put("account", account(row));
  const each = row.per_household_fen;
  put("indicator", t("village.indicator", { n: number(row.households), each: each === null ? "—" : withUnit(each, UNITS.yuan) }));
}

function householdRow(row, mixed, month) {
  const times = row.basis === "entitlement" && row.slots > 1 ? ` × ${number(row.slots)}` : "";
  const basis = mixed || times ? h("span", { class: "basis" }, mixed ? t(`basis.${row.basis}`) : "", times) : null;
  const amount = row.month_fen === null ? missing(reasonText(row.reason)) : withUnit(row.month_fen, UNITS.yuan);
  const why = `/explain/household/${encodeURIComponent(row.household_id)}?month=${month}`;
  return h("li", {}, h("a", { href: why }, nameOf(row, "pseudonym")), basis, h("span", { class: "num" }, amount));
}

function loadHouseholds(month) {
  return section("households", () => get(of("villages", id, "/households"), { month }), (answer) => {
    if (slotsOnly()) showOwed(answer);
    if (!answer.items.length) return empty(t("households.none"));
    const bases = [...new Set(answer.items.map((row) => row.basis))];
    return [
      ...bases.map((basis) => h("p", { class: "explain" }, h("b", {}, t(`basis.${basis}`)), " ", t(`basis.${basis}.why`))),
      h("ul", { class: "households" }, answer.items.map((row) => householdRow(row, bases.length > 1, month))),
    ];
  });
}

/** Where the village has slots only, the answer is what they are owed, whatever any station earned. */
function showOwed({ items }) {
  const due = items.map((row) => row.month_fen).filter((fen) => fen !== null);
  const sum = due.reduce((total, fen) => total + fen, 0);
  put("answer-label", t("village.owed"));
  put("answer", due.length ? big(inUnit(sum, UNITS.yuan), UNITS.yuan.name) : h("span", { class: "big" }, missing(t("missing.unknown"))));
  put("answer-kind", note(t("village.owed_kind"), t("basis.entitlement.why")));
  put("indicator", t("village.slots_only"));
  one("#income-part").hidden = true;
}

const slotsOnly = () => village.stations.length > 0 && village.stations.every((station) => station.units === null);

function pick(month) {
  const row = months.find((each) => each.period === month);
  put("month-name", t("village.month", { month }));
  one("#why").href = `/explain/village/${encodeURIComponent(id)}?month=${month}`;
  if (!slotsOnly()) showAnswer(row);
  loadHouseholds(month);
}

function showMonths(rows) {
  months = rows;
  if (!rows.length) {
    put("answer", h("span", { class: "big" }, missing(t("income.none"))));
    put("income-chart", empty(t("income.none")));
    return;
  }
  const chosen = one("#month").value;
  const select = put("month", ...[...rows].reverse().map((row) => h("option", { value: row.period }, row.period)));
  const known = [...rows].reverse().find((row) => (chosen ? row.period === chosen : row.distributable_fen !== null || slotsOnly()));
  select.value = (known || rows[rows.length - 1]).period;
  pick(select.value);
  putTable("income-table", moneyChart(one("#income-chart"), rows, { label: t("chart.income_village"), running: rows[rows.length - 1].period, exact: true }));
}

function stationRow(station) {
  const ours = station.units !== null && station.units_total ? t("village.units", { units: number(station.units), total: number(station.units_total), part: percent(station.units / station.units_total, 2) }) : t("village.slots", { n: number(station.slots) });
  const kind = station.kind === "centralized" ? "kind.centralized" : station.joint ? "kind.joint" : "kind.village";
  return h("li", {}, h("a", { href: `/stations/${encodeURIComponent(station.station_id)}` }, nameOf(station)), h("span", {}, `${t(kind)} · ${ours}`));
}

function showVillage() {
  document.title = `${nameOf(village)} – ${t("brand")}`;
  put("name", nameOf(village));
  put("place", [nameOf(village, "banner"), nameOf(village, "township"), t("village.households", { n: number(village.households) })].join(" · "));
  put("stations", ...village.stations.map(stationRow));
  one("#page").hidden = false;
  put("page-message");
}

function loadIncome() {
  return section("income-message", () => get(of("villages", id, "/income"), { by: "month" }), (income) => {
    showMonths(slotsOnly() ? income.items : sinceKnown(income.items));
    return [];
  });
}

async function start() {
  try {
    village = await get(of("villages", id));
  } catch (problem) {
    const { notFound } = await import("../absent.js");
    return notFound(problem, "village", start);
  }
  showVillage();
  one("#month").addEventListener("change", (event) => pick(event.target.value));
  on("slow", loadIncome);
  loadVillageMoney(id);
  return loadIncome();
}

start();
