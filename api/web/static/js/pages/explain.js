// Why a figure is what it is: each amount with what it comes from, then its tree, which opens and closes.

import "../shell.js";
import { get, of } from "../api.js";
import { all, h, one, put } from "../dom.js";
import { inUnit, number, UNITS } from "../format.js";
import { missing, note, section, unconfirmedNote } from "../parts.js";
import { t } from "../texts.js";

const id = one("main").dataset.id;
const subject = location.pathname.split("/")[2];
const months = one("#month");
const MANY = 40;
const COMPUTED = /[=≈×−/+]/;
const FOLDED = "details:not([open])";
const SWATCHES = { estimated: "estimated", settled: "settled", received: "received", passed_on: "passed", paid: "paid" };

const explained = (see) => `/explain/${see.subject}/${encodeURIComponent(see.id)}?month=${see.period}`;

/** Where the documents behind an amount are shown whole. */
function papers(of) {
  const page = `/${subject === "village" ? "villages" : "stations"}/${encodeURIComponent(id)}`;
  if (subject === "station" && of === "settled") return [`${page}#settlements`, t("explain.to.statements")];
  if (of === "received" || of === "passed_on") return [`/finance?month=${months.value}`, t("explain.to.finance")];
  if (subject === "village" && (of === "paid" || of === "distributable")) return [page, t("explain.to.village")];
  return null;
}

const amountText = (step) => (step.unit === "fen" ? `${inUnit(step.amount, UNITS.yuan)} ${UNITS.yuan.name}` : `${number(step.amount / 1000, 3)} kWh`);

function amount(step) {
  if (step.amount === null) return step.insufficient ? h("span", { class: "step-amount" }, missing(step.insufficient)) : null;
  return h("span", { class: "step-amount num" }, amountText(step));
}

/** The step that says most: down while there is but one way down. */
function telling(step) {
  const known = step.parts.filter((part) => part.amount !== null);
  return step.formula || known.length !== 1 ? step : telling(known[0]);
}

/** In one line, what makes the amount: the formula, or its parts. */
function because(step) {
  if (step.amount === null) return step.insufficient;
  const { formula, parts, title } = telling(step);
  const known = parts.filter((part) => part.amount !== null);
  if (COMPUTED.test(formula)) return formula;
  if (!known.length) return title;
  if (known.length <= 3) return known.map((part) => `${part.title} ${amountText(part)}`).join(" + ");
  const alike = known.every((part) => part.amount === known[0].amount);
  return alike ? `${number(known.length)} × ${amountText(known[0])}` : t("explain.sum", { n: number(known.length) });
}

function answerRow({ of: kind, root }) {
  const swatch = SWATCHES[kind] ? h("i", { class: `swatch m-${SWATCHES[kind]}` }) : h("i", { class: "swatch none" });
  return h(
    "tr",
    { "data-of": kind },
    h("th", { scope: "row" }, h("a", { href: `#of-${kind}` }, swatch, t(`explain.of.${kind}`))),
    h("td", { class: "num" }, amount(root)),
    h("td", { class: "because" }, root.unconfirmed ? [unconfirmedNote(root.unconfirmed), " "] : null, because(root)),
  );
}

/** A rule's document with its confidence, which explains itself when touched. */
const factValue = (fact) => [fact.value, fact.confidence ? [" ", note(fact.confidence, t(`confidence.${fact.confidence}`), `grade grade-${fact.confidence}`)] : null];

/** Under a title: the formula, or of a step without an amount the first thing that it says and its document. */
function gist(step) {
  if (COMPUTED.test(step.formula)) return h("span", { class: "step-formula num" }, step.formula);
  if (step.amount !== null || step.insufficient || !step.facts.length) return null;
  const document = step.facts.slice(1).find((fact) => fact.confidence);
  return h("span", { class: "step-formula" }, factValue(step.facts[0]), document ? [" · ", factValue(document)] : null);
}

function head(step) {
  return [h("span", { class: "step-what" }, step.title, step.unconfirmed ? [" ", unconfirmedNote(step.unconfirmed)] : null, gist(step)), amount(step)];
}

function entries(step) {
  if (!step.entries.length) return null;
  const rows = step.entries.map((entry) => h("li", {}, t("explain.entry", entry), h("code", {}, entry.hash)));
  return h("details", { class: "step-entries" }, h("summary", {}, t("explain.entries", { n: number(rows.length) })), h("ul", {}, rows));
}

/** A heading that opens; what is inside is made when it is opened first: a month can have thousands of steps. */
function folding(kind, heading, make) {
  const shown = h("details", { class: kind }, h("summary", {}, heading));
  shown.addEventListener("toggle", () => {
    if (shown.open && shown.children.length === 1) shown.append(h("div", { class: "step-inside" }, make()));
  });
  return shown;
}

function under(label, steps) {
  if (!steps.length) return null;
  if (steps.length > MANY) return folding("step", h("span", { class: "step-what" }, t("explain.many", { label, n: number(steps.length) })), () => steps.map(stepOf));
  return [h("p", { class: "step-label" }, label), steps.map(stepOf)];
}

function inside(step) {
  return [
    step.insufficient ? h("p", { class: "step-reason" }, step.insufficient) : null,
    step.facts.length ? h("dl", { class: "step-facts" }, step.facts.map((fact) => [h("dt", {}, fact.name), h("dd", {}, factValue(fact))])) : null,
    step.see.map((see) => h("p", { class: "step-link" }, h("a", { href: explained(see) }, t("explain.see", see)))),
    entries(step),
    under(t("explain.parts"), step.parts),
    under(t("explain.grounds"), step.grounds),
  ];
}

function stepOf(step) {
  if (!["facts", "entries", "see", "parts", "grounds"].some((name) => step[name].length)) return h("div", { class: "step leaf" }, h("div", { class: "step-head" }, head(step)));
  return folding("step", head(step), () => inside(step));
}

function card({ of: kind, root }) {
  const to = papers(kind);
  const shown = h(
    "section",
    { class: "card chain", id: `of-${kind}` },
    h("h2", {}, t(`explain.of.${kind}`), root.unconfirmed ? unconfirmedNote(root.unconfirmed) : null, to ? h("a", { class: "chain-link", href: to[0] }, to[1]) : null, amount(root)),
    h("p", { class: "chain-why" }, t(`explain.why.${kind}`)),
    COMPUTED.test(root.formula) ? h("p", { class: "step-formula num" }, root.formula) : null,
    inside(root),
  );
  if (root.parts.length === 1) open(one(".step", shown));
  return shown;
}

/** Opened by hand, a step would hear of it later. */
function open(step) {
  step.open = true;
  step.dispatchEvent(new Event("toggle"));
}

/** Opening one makes what is inside it, which is then opened in its turn. */
function openAll() {
  for (let closed = all(FOLDED, one("#chains")); closed.length; closed = all(FOLDED, one("#chains"))) {
    closed.forEach(open);
  }
}

/** The button opens all steps, and folds them again. */
function toggleAll() {
  const button = one("#open-all");
  const open = button.getAttribute("aria-pressed") === "false";
  if (open) openAll();
  else for (const step of all("details", one("#chains"))) step.open = false;
  button.setAttribute("aria-pressed", String(open));
  button.textContent = t(open ? "explain.fold_all" : "explain.open_all");
}

function show(answer) {
  document.title = `${answer.name} ${answer.period} – ${t("brand")}`;
  const home = { station: "stations", village: "villages" }[subject];
  put("subject", home ? h("a", { href: `/${home}/${encodeURIComponent(id)}` }, answer.name) : answer.name, ` · ${answer.period}`);
  one("#chains").replaceChildren(...answer.chains.map(card));
  one("#open-all").setAttribute("aria-pressed", "false");
  put("open-all", t("explain.open_all"));
  return h("table", { class: "answers" }, h("tbody", {}, answer.chains.map(answerRow)));
}

function load() {
  const month = months.value;
  history.replaceState(null, "", `?month=${month}`);
  return section("answer", () => get(of("explain", subject, `/${encodeURIComponent(id)}`), { month }), show);
}

/** The month that was asked for, otherwise the server's present one. */
async function start() {
  const asked = new URLSearchParams(location.search).get("month");
  months.value = asked || (await get("/v1/stations", { limit: 1 })).as_of.slice(0, 7);
  return load();
}

months.addEventListener("change", load);
one("#open-all").addEventListener("click", toggleAll);
one("#print").addEventListener("click", () => print());
addEventListener("beforeprint", openAll);
section("answer", start, (shown) => shown);
