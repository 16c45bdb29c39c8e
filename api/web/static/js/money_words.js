// Words and cells of money that moves, shared by the pages of finance, village and station.

import { h } from "./dom.js";
import { inUnit, UNITS, withUnit } from "./format.js";
import { missing } from "./parts.js";
import { t } from "./texts.js";

export const yuan = (fen) => inUnit(fen, UNITS.yuan);
export const yuanUnit = (fen) => withUnit(fen, UNITS.yuan);
export const monthState = (state) => ({ open: t("month.open"), estimated: t("month.estimated"), settled: t("month.settled"), closed: t("month.closed") })[state];
export const paymentState = (state) => ({ payable: t("payment.payable"), drafted: t("payment.drafted"), sent: t("payment.sent"), paid: t("payment.paid"), returned: t("payment.returned") })[state];
export const spendingName = (kind) => ({ posts: t("spending.posts"), works: t("spending.works"), awards: t("spending.awards"), other: t("spending.other") })[kind];

/** A cell of money; what is not known is a dash that says why. */
export const money = (fen, reason, kind = "") => h("td", { class: `num ${kind}${fen === 0 ? " zero" : ""}` }, fen === null || fen === undefined ? missing(reason) : yuan(fen));

/** A column's head with the colour of its kind of money. */
export const moneyHead = (label, kind = "") => h("th", { scope: "col", class: "num" }, kind ? h("i", { class: `swatch ${kind}` }) : null, label);

/** Two parts that are known or missing together. */
export const sumOf = (a, b) => (a === null || b === null ? null : a + b);
