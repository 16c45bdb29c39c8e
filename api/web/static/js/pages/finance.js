// A month of finance: does what came match what was due, and what may be passed on.

import "../shell.js";
import { address, get } from "../api.js";
import { h, one, put } from "../dom.js";
import { showFindings } from "../findings.js";
import { dayOf, nameOf, number, percent, UNITS } from "../format.js";
import { on, present, ready } from "../live.js";
import { money, moneyHead, monthState, sumOf, yuan, yuanUnit } from "../money_words.js";
import { big, empty, section, unconfirmedMark } from "../parts.js";
import { t } from "../texts.js";

const STATES = ["open", "estimated", "settled", "closed"];
const opened = new Set();
let month = new URLSearchParams(location.search).get("month") || "";

function cells(row) {
  const settled = t("finance.no_statement");
  return [
    h("td", { class: "num" }, row.coverage === null ? "" : percent(row.coverage, 0)),
    money(sumOf(row.estimated_base_fen, row.estimated_subsidy_fen), t("finance.no_estimate")),
    money(sumOf(row.settled_base_fen, row.settled_subsidy_fen), settled),
    money(row.difference_fen, settled, "fine"),
    money(row.received_base_fen),
    money(row.received_subsidy_fen),
    money(row.outstanding_base_fen + row.outstanding_subsidy_fen),
    money(row.deductions_fen, "", "fine"),
    money(row.ready_fen),
    money(row.drafted_fen, "", "fine"),
    money(row.transit_fen, "", "fine"),
    money(row.arrived_fen),
  ];
}

function stationRow(row) {
  const link = h("a", { href: `/stations/${encodeURIComponent(row.station_id)}` }, nameOf(row));
  return h("tr", { class: "of-banner" }, h("th", { scope: "row" }, link, row.unconfirmed ? unconfirmedMark() : null), h("td", {}, monthState(row.state)), h("td", { class: "fine" }, row.main_cause_name || ""), cells(row));
}

const counted = (states) => STATES.filter((state) => states[state]).map((state) => `${monthState(state)} ${number(states[state])}`).join(" · ");

function bannerRows(banner, redraw) {
  const code = banner.banner_code;
  const open = opened.has(code);
  const flip = () => {
    if (!opened.delete(code)) opened.add(code);
    redraw();
  };
  const button = h("button", { type: "button", class: "quiet", "aria-expanded": String(open), "aria-label": t("finance.open_banner", { name: nameOf(banner, "banner") }), onclick: flip }, open ? "▾" : "▸");
  const head = h("tr", { class: "banner-row" }, h("th", { scope: "row" }, button, nameOf(banner, "banner"), banner.unconfirmed ? unconfirmedMark() : null), h("td", {}, counted(banner.states)), h("td", {}), cells(banner));
  return [head, ...(open ? banner.stations.map(stationRow) : [])];
}

function table(answer) {
  const redraw = () => put("table", table(answer));
  const heads = [
    h("th", { scope: "col" }, t("column.banner_station")),
    h("th", { scope: "col" }, t("column.month_state")),
    h("th", { scope: "col" }, t("column.cause")),
    moneyHead(t("coverage.word")),
    moneyHead(t("kind.estimate"), "m-estimated"),
    moneyHead(t("kind.settled"), "m-settled"),
    moneyHead(t("kind.difference")),
    moneyHead(`${t("kind.received")} ${t("money.base")}`, "m-base"),
    moneyHead(`${t("kind.received")} ${t("money.subsidy")}`, "m-subsidy"),
    moneyHead(t("kind.outstanding"), "m-outstanding"),
    moneyHead(t("kind.deductions")),
    moneyHead(t("column.ready"), "m-received"),
    moneyHead(t("column.drafted")),
    moneyHead(t("column.transit")),
    moneyHead(t("way.arrived"), "m-passed"),
  ];
  const rows = answer.banners.flatMap((banner) => bannerRows(banner, redraw));
  return h("table", { class: "money-table" }, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows));
}

function showAnswer({ total, states }) {
  const settled = sumOf(total.settled_base_fen, total.settled_subsidy_fen) !== null;
  const got = total.received_base_fen + total.received_subsidy_fen;
  const open = total.outstanding_base_fen + total.outstanding_subsidy_fen;
  const words = { due: yuanUnit(total.receivable_fen), got: yuanUnit(got), part: total.receivable_fen ? percent(got / total.receivable_fen) : "—", open: yuanUnit(open), ready: yuanUnit(total.ready_fen), transit: yuanUnit(total.transit_fen) };
  put("answer-figure", big(yuan(total.ready_fen), UNITS.yuan.name));
  put("answer", settled ? t("finance.answer", words) : t("finance.unsettled"), total.late_fen ? h("b", { class: "late" }, " ", t("finance.late", { amount: yuanUnit(total.late_fen) })) : null, total.unconfirmed ? unconfirmedMark() : null);
  put("states", counted(states));
}

function showDownloads() {
  const link = (path, query, text) => [h("a", { href: address(path, { ...query, format: "csv" }) }, text), " "];
  put("downloads", t("finance.downloads"), " ", link(`/v1/finance/months/${month}`, {}, t("finance.csv_month")), link("/v1/statements", { month }, t("finance.csv_statements")), link("/v1/receipts", {}, t("finance.csv_receipts")), link("/v1/transfers", {}, t("finance.csv_transfers")));
}

const partName = (part) => [h("i", { class: `swatch ${part === "base" ? "m-base" : "m-subsidy"}` }), part === "base" ? t("money.base") : t("money.subsidy")];

function ageingTable({ items }) {
  if (!items.length) return empty(t("finance.nothing_open"));
  const row = (one) => h("tr", {}, h("th", { scope: "row" }, one.name), h("td", {}, partName(one.part)), [one.up_to_3_months_fen, one.up_to_12_months_fen, one.up_to_24_months_fen, one.over_24_months_fen, one.outstanding_fen].map((fen) => money(fen)));
  const heads = [t("age.three"), t("age.twelve"), t("age.two_years"), t("age.older"), t("kind.outstanding")].map((label) => moneyHead(label));
  return h("table", { class: "ageing" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("column.banner")), h("th", { scope: "col" }, t("column.part")), heads)), h("tbody", {}, items.map(row)));
}

function loadMonth() {
  put("title", t("finance.title", { month }));
  document.title = `${t("finance.title", { month })} – ${t("brand")}`;
  showDownloads();
  showFindings(month);
  return section("table", () => get(`/v1/finance/months/${encodeURIComponent(month)}`), (answer) => {
    showAnswer(answer);
    return table(answer);
  });
}

function choose(items) {
  const known = items.map((row) => row.month);
  const running = dayOf(present()).slice(0, 7);
  const all = [...new Set([running, month, ...known])].filter(Boolean).sort().reverse();
  month = month || known[0] || running;
  const select = put("month", all.map((name) => h("option", { value: name }, name)));
  select.value = month;
  select.addEventListener("change", () => {
    month = select.value;
    history.replaceState(null, "", address(location.pathname, { month }));
    loadMonth();
  });
  return loadMonth();
}

one("#table").setAttribute("aria-busy", "true");
ready.then(() => {
  section("table", () => get("/v1/finance/months"), ({ items }) => {
    choose(items);
    return null;
  });
  section("ageing", () => get("/v1/receivables", { by: "banner" }), ageingTable);
});
on("slow", () => month && loadMonth());
