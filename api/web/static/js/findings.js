// What audit checks found in a month, its quarter and year, and that waits: by rule, the serious first.

import { address, get } from "./api.js";
import { h } from "./dom.js";
import { number } from "./format.js";
import { empty, section, unconfirmedMark } from "./parts.js";
import { t } from "./texts.js";

const PATH = "/v1/findings";
const MOST = 200;
const opened = new Set();

/** Fills the element `findings`. */
export const showFindings = (month) => section("findings", () => get(PATH, { month, state: "open", limit: MOST }), (answer) => [answer.total ? rules(answer) : empty(t("findings.none")), download(month)]);

function rules({ items, total }) {
  const of = new Map();
  for (const one of items) of.set(one.rule_id, [...(of.get(one.rule_id) || []), one]);
  const shown = [...of.values()].map(rule);
  return total > items.length ? [shown, h("p", { class: "under" }, t("findings.more", { n: number(items.length), total: number(total) }))] : shown;
}

function rule(found) {
  const [first] = found;
  const kind = first.severity === "serious" ? "serious" : "";
  const head = h("summary", {}, h("b", { class: kind }, first.severity_name), " ", first.check_name, " ", h("span", { class: "num fine" }, number(found.length)));
  const document = found.every((one) => one.document === first.document) ? first.document : "";
  const basis = h("p", { class: "under" }, t("findings.next", { what: first.next_step }), document ? [" ", t("findings.document", { document })] : null);
  const flip = ({ target }) => (target.open ? opened.add(first.rule_id) : opened.delete(first.rule_id));
  return h("details", { open: opened.has(first.rule_id), ontoggle: flip }, head, basis, h("ul", {}, found.map(finding)));
}

function finding(one) {
  const [page, id] = one.station_id ? ["stations", one.station_id] : ["villages", one.village_id];
  const place = id ? h("a", { href: `/${page}/${encodeURIComponent(id)}` }, one.place || id) : one.place;
  return h("li", {}, place, place ? " " : null, h("span", { class: "fine" }, one.text), one.unconfirmed ? unconfirmedMark() : null);
}

const download = (month) => h("p", { class: "under" }, h("a", { href: address(PATH, { month, format: "csv" }) }, t("findings.csv")));
