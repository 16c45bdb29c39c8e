// A station's energy by three ways of measuring: by day how far each two differ, and which by more than they may.

import { h } from "./dom.js";
import { percent } from "./format.js";
import { empty, missing, unconfirmedNote } from "./parts.js";
import { t } from "./texts.js";

const WAYS = [["meter_power", "reconcile.meter_power"], ["inverter_power", "reconcile.inverter_power"], ["inverters", "reconcile.inverters"]];

function cell(comparison) {
  if (!comparison) return missing(t("reconcile.not_told"));
  const share = `${comparison.share > 0 ? "+" : ""}${percent(comparison.share, 1)}`;
  return comparison.beyond ? h("strong", {}, t("reconcile.beyond", { share, most: percent(comparison.tolerance, 0) })) : share;
}

function dayRow(day) {
  const of = Object.fromEntries(day.comparisons.map((comparison) => [comparison.way, comparison]));
  return h("tr", {}, h("th", { scope: "row" }, day.day), WAYS.map(([way]) => h("td", { class: "num" }, cell(of[way]))));
}

/** The answer of `/v1/stations/{id}/reconciliation` as a table, newest first. */
export function showReconciliation(days) {
  if (!days.some((day) => day.comparisons.length)) return empty(t("reconcile.nothing"));
  const head = h("tr", {}, h("th", { scope: "col" }, t("column.day")), WAYS.map(([, key]) => h("th", { scope: "col", class: "num" }, t(key))));
  const unconfirmed = days.some((day) => day.unconfirmed) ? [" ", unconfirmedNote(t("reconcile.rules"))] : null;
  return [
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, [...days].reverse().map(dayRow)))),
    h("p", { class: "under" }, t("reconcile.note"), unconfirmed),
  ];
}
