// The way of a village's money, its plan and payments; a station's settlements.

import { get, of } from "./api.js";
import { h } from "./dom.js";
import { stationAgeing } from "./ageing.js";
import { addDays, number } from "./format.js";
import { money, moneyHead, monthState, paymentState, spendingName, sumOf, yuan, yuanUnit } from "./money_words.js";
import { empty, section } from "./parts.js";
import { t } from "./texts.js";

const WAY = ["estimated_fen", "settled_fen", "received_fen", "deductions_fen", "passed_on_fen", "arrived_fen", "paid_fen"];

/** A month that no statement has settled has no settled amount, which is another thing than 0. */
const known = (row, name) => (name === "settled_fen" && !row.settled_fen && !row.received_fen ? null : row[name]);

function wayTable(items) {
  const heads = [
    moneyHead(t("kind.estimate"), "m-estimated"),
    moneyHead(t("kind.settled"), "m-settled"),
    moneyHead(t("kind.received"), "m-received"),
    moneyHead(t("kind.deductions")),
    moneyHead(t("kind.passed_on"), "m-passed"),
    moneyHead(t("way.arrived")),
    moneyHead(t("kind.paid"), "m-paid"),
  ];
  const row = (each) => h("tr", {}, h("th", { scope: "row" }, each.month), WAY.map((name) => money(known(each, name), name === "settled_fen" ? t("finance.no_statement") : t("finance.no_estimate"))));
  return h("div", { class: "scroll" }, h("table", { class: "money-table" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("column.period")), heads)), h("tbody", {}, [...items].reverse().map(row))));
}

function showWay({ items, total }) {
  const rows = items.filter((row) => WAY.some((name) => row[name]));
  if (!rows.some((row) => row.settled_fen || row.received_fen || row.paid_fen)) return empty(t("way.none"));
  const words = { received: yuan(total.received_fen), deducted: yuan(total.deductions_fen), arrived: yuan(total.arrived_fen), paid: yuan(total.paid_fen) };
  return [h("p", { class: "way-answer" }, t("way.answer", words)), wayTable(rows), h("p", { class: "under" }, t("way.paid_month"))];
}

function showPlan(plan) {
  if (!plan.state) return empty(t("way.no_plan"));
  const heads = [moneyHead(t("column.planned")), moneyHead(t("column.due")), moneyHead(t("kind.paid"), "m-paid"), moneyHead(t("column.rest"))];
  const row = (line) => h("tr", {}, h("th", { scope: "row" }, `${spendingName(line.spending)} · ${line.purpose}`), [line.planned_fen, line.due_fen, line.paid_fen, line.rest_fen].map((fen) => money(fen)));
  return [h("p", {}, t("way.plan", { year: plan.year, state: plan.state_name })), h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("column.use")), heads)), h("tbody", {}, plan.lines.map(row))))];
}

function showPayments({ items }) {
  if (!items.length) return null;
  const row = (one) => h("tr", {}, h("th", { scope: "row" }, one.payment_id || one.due_id), h("td", {}, one.month), h("td", {}, paymentState(one.state)), money(one.due_fen), money(one.paid_fen));
  const head = h("tr", {}, h("th", { scope: "col" }, t("column.payment")), h("th", { scope: "col" }, t("column.period")), h("th", { scope: "col" }, t("column.status")), moneyHead(t("column.due")), moneyHead(t("kind.paid"), "m-paid"));
  return [h("h3", {}, t("way.payments")), h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, items.map(row))))];
}

/** Fills the parts `money-way`, `money-plan` and `money-payments` of a village's page. */
export function loadVillageMoney(id) {
  section("money-way", () => get(of("villages", id, "/money")), showWay);
  section("money-plan", () => get(of("villages", id, "/plan")), showPlan);
  section("money-payments", () => get(of("villages", id, "/payments")), showPayments);
}

/** One month's causes: a bar each, as long as what it moves, and its name with the amount. */
function causes(differences) {
  const gross = (one) => one.difference_base_fen + one.difference_subsidy_fen;
  const moving = differences.filter((one) => gross(one));
  const most = Math.max(...moving.map((one) => Math.abs(gross(one))), 1);
  return moving.map((one) => h("div", { class: "cause" }, h("meter", { min: "0", max: String(most), value: String(Math.abs(gross(one))), "aria-hidden": "true" }), ` ${one.name} ${yuan(gross(one))}`));
}

function settlementTable({ months, statements }, received) {
  if (!statements.length) return empty(t("settlements.none"));
  const state = Object.fromEntries(months.map((row) => [row.month, row.state]));
  const heads = [moneyHead(t("kind.estimate"), "m-estimated"), moneyHead(t("kind.settled"), "m-settled"), moneyHead(t("kind.received"), "m-received"), moneyHead(t("kind.outstanding"), "m-outstanding")];
  const row = (one) => {
    const came = received[one.month];
    const got = came ? came.received_base_fen + came.received_subsidy_fen : null;
    const open = came ? came.outstanding_base_fen + came.outstanding_subsidy_fen : null;
    const estimated = sumOf((came || one).estimated_base_fen, (came || one).estimated_subsidy_fen);
    const settled = one.settled_base_fen + one.settled_subsidy_fen;
    return h("tr", {}, h("th", { scope: "row" }, one.month), h("td", {}, one.number || one.statement_id), h("td", {}, monthState(state[one.month] || "open")), money(estimated, t("finance.no_estimate")), money(settled), money(got, t("finance.village_only")), money(open, t("finance.village_only")), h("td", {}, causes(one.differences)));
  };
  const head = h("tr", {}, h("th", { scope: "col" }, t("column.period")), h("th", { scope: "col" }, t("column.statement")), h("th", { scope: "col" }, t("column.month_state")), heads, h("th", { scope: "col" }, t("column.causes")));
  return h("div", { class: "scroll" }, h("table", { class: "money-table" }, h("thead", {}, head), h("tbody", {}, [...statements].reverse().map(row))));
}

const SHOWN = 12; // months; the API has all
const BACK_DAYS = 3650;

function showSettlements([answer, finance]) {
  const statements = answer.statements.filter((one) => one.state !== "replaced").slice(-SHOWN);
  const received = Object.fromEntries(finance.months.map((row) => [row.month, row]));
  return [settlementTable({ ...answer, statements }, received), finance.company ? companySentence(finance.company) : stationAgeing(finance.ageing)];
}

/** Of a centralized station: what its company owes to its slots. */
function companySentence({ due_fen: due, paid_fen: paid, outstanding_fen: open, late_fen: late, late_days: days }) {
  const words = { due: yuanUnit(due), paid: yuanUnit(paid), open: yuanUnit(open) };
  return h("p", { class: "way-answer" }, t("company.answer", words), late ? h("b", { class: "late" }, " ", t("company.late", { late: yuanUnit(late), days: number(days) })) : null);
}

/** Fills the part `settlements` of a station's page. */
export function loadSettlements({ station_id: id }, today) {
  const asked = [get(of("stations", id, "/settlements")), get(of("finance/stations", id), { start: addDays(today, -BACK_DAYS), end: today })];
  return section("settlements", () => Promise.all(asked), showSettlements);
}
