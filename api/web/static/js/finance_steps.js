// What a month of finance waits for, in the order of the money's way: how much, and what to do next.

import { h } from "./dom.js";
import { yuanUnit } from "./money_words.js";
import { empty } from "./parts.js";
import { t } from "./texts.js";

const step = (one) =>
  h(
    "li",
    { class: `finance-step ${one.on_us ? "on-us" : ""} ${one.kind}` },
    h("span", { class: "who" }, one.on_us ? t("step.on_us") : t("step.waits")),
    h("span", { class: "what" }, h("b", {}, one.what), one.amount_fen === null ? null : [" ", h("span", { class: "num" }, yuanUnit(one.amount_fen))]),
    h("span", { class: "next" }, one.next_step, " ", h("code", {}, one.command)),
  );

/** The list, or that nothing waits. */
export const stepList = (steps) => (steps.length ? h("ol", { class: "finance-steps" }, steps.map(step)) : empty(t("step.none")));
