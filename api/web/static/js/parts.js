// The parts that figures are made of: a value with its unit, time and kind, or a dash with its reason.

import { Problem } from "./api.js";
import { h } from "./dom.js";
import { inUnit, moneyUnit, percent, reasonText } from "./format.js";
import { t } from "./texts.js";

/** What is not known: a dash, never 0, with its reason on touch. */
export function missing(reason) {
  return h("span", { class: "missing", tabindex: "0", role: "note", "data-tip": reason }, "—", h("span", { class: "hidden" }, reason));
}

/** A big figure: value and unit. */
export function big(value, unit) {
  return h("span", { class: "big" }, h("span", { class: "num" }, value), h("span", { class: "unit" }, unit));
}

/** A word that explains itself when touched. */
export function note(word, explanation, kind = "") {
  return h("span", { class: `note ${kind}`, tabindex: "0", role: "note", "data-tip": explanation }, word, h("span", { class: "hidden" }, explanation));
}

export const estimateNote = () => note(t("kind.estimate"), t("kind.estimate.why"));
export const unconfirmedNote = (because) => note(t("unconfirmed"), because || t("unconfirmed.why"), "unconfirmed");

/** The same in a table, where the word would stand in every row. */
export const unconfirmedMark = () => note("*", t("unconfirmed.why"), "mini");

/** Which kind of money this is, on how many data it rests, and whether a rule under it is unconfirmed. */
export function moneyKind(income, because) {
  return [
    estimateNote(),
    " ",
    h("span", { class: "coverage" }, t("coverage", { n: percent(income.coverage) })),
    income.unconfirmed ? [" ", unconfirmedNote(because)] : null,
  ];
}

/** An estimated income as a big figure with base and subsidy under it. */
export function incomeFigure(income, { unit = null, because = null } = {}) {
  if (income.gross_fen === null) return [h("span", { class: "big" }, missing(reasonText(income.reason))), h("p", { class: "under" }, reasonText(income.reason))];
  const chosen = unit || moneyUnit(income.gross_fen);
  return [
    big(inUnit(income.gross_fen, chosen), chosen.name),
    h("p", { class: "under" }, moneyKind(income, because)),
    h("p", { class: "under" }, moneyParts(income, chosen)),
    income.reason ? h("p", { class: "under" }, income.reason) : null,
  ];
}

export function moneyParts(income, unit) {
  return [
    h("span", { class: "key" }, h("i", { class: "swatch m-base" }), t("money.base"), " ", h("b", { class: "num" }, inUnit(income.base_fen, unit))),
    " ",
    h("span", { class: "key" }, h("i", { class: "swatch m-subsidy" }), t("money.subsidy"), " ", h("b", { class: "num" }, inUnit(income.subsidy_fen, unit))),
  ];
}

/** A value in a table cell, or the dash. */
export function cell(value, unit, reason) {
  return value === null || value === undefined ? missing(reasonText(reason)) : inUnit(value, unit);
}

/** What has to be minded about a row of a table, in words. */
export const remark = (reason) => h("span", { class: "remark" }, reason || "");

/** What a part of the page shows when its data did not come: what happened and the next step. */
export function failure(problem, retry) {
  return h(
    "div",
    { class: "failure", role: "alert" },
    h("p", {}, h("b", {}, t("error.title")), " ", problem.message),
    retry ? h("button", { type: "button", onclick: retry }, t("action.retry")) : null,
  );
}

export function empty(text, ...more) {
  return h("div", { class: "empty" }, h("p", {}, text), ...more);
}

/**
 * Fill the element `id` with what `load` brings and `show` makes of it; loading, error and retry included.
 * What stood there stays while it is loaded again.
 */
export async function section(id, load, show) {
  const place = document.getElementById(id);
  if (!place) return;
  place.setAttribute("aria-busy", "true");
  try {
    const shown = show(await load(), place);
    if (shown) place.replaceChildren(...[shown].flat(Infinity));
  } catch (problem) {
    if (!(problem instanceof Problem)) console.error(problem);
    place.replaceChildren(failure(problem, () => section(id, load, show)));
  } finally {
    place.removeAttribute("aria-busy");
  }
}
