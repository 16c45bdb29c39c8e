// A month of finance: does what came match what was due, and what may be passed on.

import "../shell.js";
import { showAgeing } from "../ageing.js";
import { address, get } from "../api.js";
import { h, one, put } from "../dom.js";
import { stepList } from "../finance_steps.js";
import { showFindings } from "../findings.js";
import { dayOf, nameOf, number, percent, UNITS } from "../format.js";
import { on, present, ready } from "../live.js";
import { column, foldButton, labelled, moneyCells, moneyTable } from "../money_table.js";
import { moneyHead, monthState, sumOf, yuan, yuanUnit } from "../money_words.js";
import { big, empty, note, section, unconfirmedMark } from "../parts.js";
import { t } from "../texts.js";

const STATES = ["open", "estimated", "settled", "closed"];
const opened = new Set();
let month = new URLSearchParams(location.search).get("month") || "";

/** Two ways to look at the same rows: why the statement differs, and where the money is. */
const VIEWS = {
  check: [
    column(t("kind.estimate"), (row) => sumOf(row.estimated_base_fen, row.estimated_subsidy_fen), { swatch: "m-estimated", reason: t("finance.no_estimate") }),
    column(t("kind.settled"), (row) => sumOf(row.settled_base_fen, row.settled_subsidy_fen), { swatch: "m-settled", reason: t("finance.no_statement") }),
    column(t("kind.difference"), (row) => row.difference_fen, { reason: t("finance.no_statement") }),
  ],
  money: [
    column(t("column.receivable"), (row) => row.receivable_fen, { swatch: "m-settled" }),
    column(`${t("kind.received")} ${t("money.base")}`, (row) => row.received_base_fen, { swatch: "m-base" }),
    column(`${t("kind.received")} ${t("money.subsidy")}`, (row) => row.received_subsidy_fen, { swatch: "m-subsidy" }),
    column(t("kind.outstanding"), (row) => row.outstanding_base_fen + row.outstanding_subsidy_fen, { swatch: "m-outstanding" }),
    column(t("column.late"), (row) => row.late_fen),
    column(t("kind.deductions"), (row) => row.deductions_fen, { kind: "fine" }),
    column(t("column.ready"), (row) => row.ready_fen, { swatch: "m-received" }),
    column(t("column.drafted"), (row) => row.drafted_fen, { kind: "fine" }),
    column(t("column.transit"), (row) => row.transit_fen, { kind: "fine" }),
    column(t("way.arrived"), (row) => row.arrived_fen, { swatch: "m-passed" }),
  ],
};
let view = "money";
let viewChosen = false;

/** Before the amounts: on how many data the estimate rests, and after them what moves most of the difference. */
const covered = (row) => labelled(h("td", { class: "num" }, row.coverage === null ? note(t("coverage.too_few"), t("finance.no_estimate")) : percent(row.coverage, 1)), t("coverage.word"));
const cause = (row) => labelled(h("td", { class: "fine" }, row.main_cause_name || ""), t("column.cause"));
const cells = (row) => (view === "check" ? [covered(row), moneyCells(VIEWS.check, row), cause(row)] : moneyCells(VIEWS.money, row));

function stationRow(row) {
  const link = h("a", { href: `/stations/${encodeURIComponent(row.station_id)}` }, nameOf(row));
  return h("tr", { class: "of-banner" }, h("th", { scope: "row" }, link, row.unconfirmed ? unconfirmedMark() : null), h("td", { class: "row-state" }, monthState(row.state)), cells(row));
}

const counted = (states) => STATES.filter((state) => states[state]).map((state) => `${monthState(state)} ${number(states[state])}`).join(" · ");

function bannerRows(banner, redraw) {
  const code = banner.banner_code;
  const flip = () => {
    if (!opened.delete(code)) opened.add(code);
    redraw();
  };
  const fold = foldButton(opened.has(code), t("fold.open", { name: nameOf(banner, "banner") }), flip);
  const name = h("th", { scope: "row" }, fold, nameOf(banner, "banner"), banner.unconfirmed ? unconfirmedMark() : null);
  const head = h("tr", { class: "banner-row" }, name, h("td", { class: "row-state" }, counted(banner.states)), cells(banner));
  return [head, ...(opened.has(code) ? banner.stations.map(stationRow) : [])];
}

function table(answer) {
  if (!answer.banners.length) return empty(t("finance.no_stations"));
  const redraw = () => put("table", table(answer));
  const total = h("tr", { class: "total-row" }, h("th", { scope: "row" }, t("column.total")), h("td", { class: "row-state" }, counted(answer.states)), cells(answer.total));
  const shown = moneyTable([t("column.banner_station"), t("column.month_state")], VIEWS[view], [total, ...answer.banners.flatMap((banner) => bannerRows(banner, redraw))]);
  if (view === "check") {
    const [head] = shown.tHead.rows;
    head.children[1].after(moneyHead(t("coverage.word")));
    head.append(h("th", { scope: "col" }, t("column.cause")));
  }
  return shown;
}

function chooseView(answer) {
  const button = (name, label) => h("button", { type: "button", "aria-pressed": String(view === name), onclick: () => {
    view = name;
    viewChosen = true;
    chooseView(answer);
    put("table", table(answer));
  } }, label);
  put("view", button("money", t("view.money")), button("check", t("view.check")));
}

function showAnswer({ total, states, running, steps }) {
  const settled = sumOf(total.settled_base_fen, total.settled_subsidy_fen) !== null;
  const got = total.received_base_fen + total.received_subsidy_fen;
  const open = total.outstanding_base_fen + total.outstanding_subsidy_fen;
  const words = { due: yuanUnit(total.receivable_fen), got: yuanUnit(got), part: total.receivable_fen ? percent(got / total.receivable_fen) : "—", open: yuanUnit(open), ready: yuanUnit(total.ready_fen), transit: yuanUnit(total.transit_fen) };
  put("answer-figure", big(yuan(total.ready_fen), UNITS.yuan.name));
  put("answer", settled ? t("finance.answer", words) : running ? t("finance.running") : t("finance.unsettled"), total.late_fen ? h("b", { class: "late" }, " ", t("finance.late", { amount: yuanUnit(total.late_fen) })) : null, total.unconfirmed ? unconfirmedMark() : null);
  put("states", counted(states));
  put("steps", stepList(steps));
}

function showDownloads() {
  const link = (path, query, text) => [h("a", { href: address(path, { ...query, format: "csv" }) }, text), " "];
  put("downloads", t("finance.downloads"), " ", link(`/v1/finance/months/${month}`, {}, t("finance.csv_month")), link("/v1/statements", { month }, t("finance.csv_statements")), link("/v1/receipts", {}, t("finance.csv_receipts")), link("/v1/transfers", {}, t("finance.csv_transfers")));
}

function loadMonth() {
  put("title", t("finance.title", { month }));
  document.title = `${t("finance.title", { month })} – ${t("brand")}`;
  showDownloads();
  showFindings(month);
  return section("table", () => get(`/v1/finance/months/${encodeURIComponent(month)}`), (answer) => {
    showAnswer(answer);
    if (!viewChosen) view = answer.running ? "check" : "money"; // nothing of a month that is running has moved yet
    chooseView(answer);
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
  showAgeing();
});
on("slow", () => month && loadMonth());
