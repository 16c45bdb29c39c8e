// A table of money whose columns are data; on a phone each row becomes a card with its own labels.

import { h } from "./dom.js";
import { money, moneyHead } from "./money_words.js";

/**
 * A column of amounts: `value(row)` in fen, or null with the reason why; `swatch` is the colour of its kind of money.
 */
export const column = (label, value, { swatch = "", reason = "", kind = "" } = {}) => ({ label, value, swatch, reason, kind });

/** A cell that tells its label where the head can't be seen. */
export function labelled(cell, label) {
  cell.dataset.label = label;
  return cell;
}

export const moneyCells = (columns, row) => columns.map(({ label, value, reason, kind }) => labelled(money(value(row), reason, kind), label));

/** `heads` come before the amounts, texts or elements; `rows` are `tr`s. */
export function moneyTable(heads, columns, rows) {
  const first = heads.map((head) => h("th", { scope: "col" }, head));
  const head = h("tr", {}, first, columns.map(({ label, swatch }) => moneyHead(label, swatch)));
  return h("table", { class: "money-table" }, h("thead", {}, head), h("tbody", {}, rows));
}

/** A button that opens and closes what belongs to a row. */
export const foldButton = (open, label, onclick) => h("button", { type: "button", class: "quiet fold", "aria-expanded": String(open), "aria-label": label, onclick }, open ? "▾" : "▸");
