// Where a figure comes from, as a tree that opens and closes; on paper all of it is open.

import "../shell.js";
import { get, of } from "../api.js";
import { all, h, one, put } from "../dom.js";
import { inUnit, number, UNITS } from "../format.js";
import { note, section, unconfirmedNote } from "../parts.js";
import { t } from "../texts.js";

const id = one("main").dataset.id;
const subject = location.pathname.split("/")[2];
const months = one("#month");

function amount(step) {
  if (step.amount === null) return h("span", { class: "step-amount" }, note("—", step.insufficient));
  const money = step.unit === "fen";
  return h("span", { class: "step-amount num" }, money ? `${inUnit(step.amount, UNITS.yuan)} ${UNITS.yuan.name}` : `${number(step.amount / 1000, 3)} kWh`);
}

function head(step) {
  return [
    h("span", {}, step.title),
    step.unconfirmed ? unconfirmedNote(step.unconfirmed) : null,
    step.formula ? h("span", { class: "step-formula num" }, step.formula) : null,
    step.amount === null && !step.insufficient ? null : amount(step),
  ];
}

function facts(step) {
  if (!step.facts.length) return null;
  return h("dl", { class: "step-facts" }, step.facts.map((fact) => [h("dt", {}, fact.name), h("dd", {}, fact.value)]));
}

function links(step) {
  return step.see.map((see) => h("p", { class: "step-entry" }, h("a", { href: `/explain/${see.subject}/${encodeURIComponent(see.id)}?month=${see.period}` }, t("explain.see", see))));
}

function under(label, steps) {
  return steps.length ? [h("p", { class: "step-label" }, label), steps.map((step) => stepOf(step, false))] : null;
}

function inside(step) {
  return [
    step.insufficient ? h("p", { class: "remark" }, step.insufficient) : null,
    facts(step),
    step.entries.map((entry) => h("p", { class: "step-entry" }, t("explain.entry", entry))),
    links(step),
    under(t("explain.parts"), step.parts),
    under(t("explain.grounds"), step.grounds),
  ];
}

/** What is inside is made when it is opened first: a month can have thousands of steps. */
function stepOf(step, open) {
  const more = step.insufficient || step.facts.length || step.entries.length || step.see.length || step.parts.length || step.grounds.length;
  if (!more) return h("div", { class: "step leaf" }, h("div", { class: "step-head" }, head(step)));
  const shown = h("details", { class: "step", open }, h("summary", {}, head(step)));
  const fill = () => {
    if (shown.open && shown.children.length === 1) shown.append(h("div", {}, inside(step)));
  };
  shown.addEventListener("toggle", fill);
  fill();
  return shown;
}

/** Opening one makes what is inside it, which is then opened in its turn. */
function openAll() {
  for (let closed = all("details:not([open])"); closed.length; closed = all("details:not([open])")) {
    for (const step of closed) {
      step.open = true;
      step.dispatchEvent(new Event("toggle"));
    }
  }
}

function show(answer) {
  document.title = `${answer.name} ${answer.period} – ${t("brand")}`;
  put("subject", answer.name);
  one("#subject").href = `/${subject === "village" ? "villages" : "stations"}/${encodeURIComponent(id)}`;
  return answer.chains.map((chain) => h("section", { class: "card" }, h("h2", {}, t(`explain.of.${chain.of}`)), stepOf(chain.root, true)));
}

function load() {
  const month = months.value;
  history.replaceState(null, "", `?month=${month}`);
  return section("chains", () => get(of("explain", subject, `/${encodeURIComponent(id)}`), { month }), show);
}

const asked = new URLSearchParams(location.search).get("month");
months.value = asked || new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
months.addEventListener("change", load);
one("#open-all").addEventListener("click", openAll);
addEventListener("beforeprint", openAll);
load();
