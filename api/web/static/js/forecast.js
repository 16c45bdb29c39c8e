// What this month and this year will bring: what is there, the likely whole, and how far it may be off.

import { h } from "./dom.js";
import { energyUnit, inUnit, number, percent } from "./format.js";
import { estimateNote, missing, unconfirmedNote } from "./parts.js";
import { t } from "./texts.js";

function row(name, period, unit) {
  const coverage = period.coverage === null ? missing(t("forecast.no_day")) : percent(period.coverage);
  const cells = [period.to_date_wh, period.p50_wh, period.p90_wh, period.p10_wh].map((wh) => inUnit(wh, unit));
  return h("tr", {}, h("th", { scope: "row" }, t(name), " ", period.period), [...cells, coverage].map((value) => h("td", { class: "num" }, value)));
}

function ruleWords(rule) {
  const document = rule.document || t("forecast.no_document");
  return t("forecast.rule", { rule: rule.rule_id, value: number(rule.value, rule.value < 1 ? 2 : 0), document, confidence: rule.confidence || "–" });
}

/** The answer of `/v1/stations/{id}/forecast` as a table with what it rests on. */
export function showForecast(answer) {
  const unit = energyUnit(answer.year.p10_wh);
  const heads = ["forecast.to_date", "forecast.p50", "forecast.p90", "forecast.p10"].map((key) => `${t(key)} (${unit.name})`);
  const head = h("tr", {}, h("th", { scope: "col" }), [...heads, t("coverage.word")].map((text) => h("th", { scope: "col", class: "num" }, text)));
  const rests = answer.rules.map(ruleWords).join("; ");
  const record = answer.record === null ? "" : t("forecast.record", { part: percent(answer.record, 0), n: number(answer.record_days) });
  return [
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, row("forecast.month", answer.month, unit), row("forecast.year", answer.year, unit)))),
    h("p", { class: "under" }, estimateNote(), " ", answer.unconfirmed ? [unconfirmedNote(rests), " "] : null, record),
    h("p", { class: "under" }, rests),
  ];
}
