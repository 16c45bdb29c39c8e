// A public notice by the code on it: is it ours, and what must the paper say. Opened by its QR code, on a phone.

import "../shell.js";
import { get, of } from "../api.js";
import { h, one, put } from "../dom.js";
import { number } from "../format.js";
import { yuanUnit } from "../money_words.js";
import { failure } from "../parts.js";
import { t } from "../texts.js";

const code = one("main").dataset.id;

const fact = (label, value, kind = "") => h("div", {}, h("dt", {}, label), h("dd", { class: kind }, value));

function shown(notice) {
  const plan = notice.kind === "plan";
  return [
    h("h1", { class: "ours" }, "✓ ", t("notice.ours")),
    h("p", {}, t("notice.compare")),
    h("dl", {},
      fact(t("notice.village"), notice.village),
      fact(t("notice.what"), t(plan ? "notice.plan" : "notice.result", { period: notice.month || notice.year })),
      fact(t(plan ? "notice.planned" : "notice.paid"), yuanUnit(plan ? notice.planned_fen : notice.paid_fen), "amount"),
      fact(t("notice.lines"), number(notice.line_count)),
      fact(t("notice.posted"), t("notice.days", { from: notice.posted_on, to: notice.posted_until })),
      fact(t("notice.code"), notice.code, "num"),
    ),
    h("p", { class: "under" }, t("notice.differs")),
  ];
}

function unknown(problem) {
  if (problem.status !== 404 && problem.status !== 422) return failure(problem, load);
  return [h("h1", { class: "not-ours" }, "✗ ", t("notice.not_ours")), h("p", { class: "num" }, code), h("p", {}, t("notice.typed"))];
}

async function load() {
  const found = await get(of("notices", code)).then(shown, unknown);
  put("notice", found);
  one("#notice").removeAttribute("aria-busy");
}

one("#another").addEventListener("submit", (event) => {
  event.preventDefault();
  location.assign(`/notices/${encodeURIComponent(one("#code").value.trim())}`);
});
load();
