// How complete a station's data are: what came by day, and each gap with what the meter's register says of it.

import { h, put } from "./dom.js";
import { number, percent, stamp, withUnit, UNITS } from "./format.js";
import { empty, missing } from "./parts.js";
import { t } from "./texts.js";

const NAMED = 5; // gaps and silences; the command and the API name all

const part = (ratio) => (ratio === null ? missing(t("complete.unknown")) : percent(ratio, ratio < 1 && ratio > 0.999 ? 3 : 1));

function dayRow(day) {
  const slots = day.expected_slots === null ? missing(t("complete.unknown")) : `${number(day.received_slots)} / ${number(day.expected_slots)}`;
  const counts = [day.received, day.missing, day.doubled, day.late].map((count) => number(count));
  const suspect = day.suspect ? `${number(day.suspect)} (${percent(day.suspect_share, day.suspect_share < 0.001 ? 3 : 1)})` : number(0);
  const cells = [part(day.completeness), slots, part(day.message_completeness), ...counts, suspect];
  return h("tr", {}, h("th", { scope: "row" }, day.day), cells.map((value) => h("td", { class: "num" }, value)));
}

function daysTable(days) {
  const heads = ["complete.slots_part", "complete.slots", "complete.messages_part", "complete.received", "complete.missing", "complete.doubled", "complete.late", "complete.suspect"];
  const head = h("tr", {}, h("th", { scope: "col" }, t("column.day")), heads.map((key) => h("th", { scope: "col", class: "num" }, t(key))));
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, [...days].reverse().map(dayRow))));
}

const gapLine = (gap) => t("complete.gap", { n: number(gap.missing), first: gap.first_seq, last: gap.last_seq, from: stamp(gap.from_at), until: stamp(gap.until_at) });

function silenceLine({ slots, from_at: from, until_at: until, register_says: register, energy_wh: wh }) {
  const words = { n: number(slots), from: stamp(from) };
  if (until === null) return t("complete.silence.lasts", words);
  const energy = wh === null ? "" : withUnit(wh, UNITS.kWh);
  return t(`complete.silence.${register}`, { ...words, until: stamp(until), energy });
}

function named(key, total, rows, line) {
  if (!total) return null;
  const newest = rows.slice(-NAMED).reverse();
  const rest = total > newest.length ? h("li", { class: "under" }, t("complete.more", { n: number(total - newest.length) })) : null;
  return [h("h3", {}, t(key, { n: number(total) })), h("ul", { class: "gaps" }, newest.map((row) => h("li", {}, line(row))), rest)];
}

/** Fills `place` with the answer of `/v1/stations/{id}/completeness`. */
export function showCompleteness(answer, place) {
  const { days, gaps, gaps_total: gapsTotal, silences, silences_total: silencesTotal } = answer;
  if (!days.some((day) => day.received || day.received_slots || day.unnumbered)) return empty(t("complete.nothing"));
  place.replaceChildren(daysTable(days));
  put("gaps", named("complete.gaps", gapsTotal, gaps, gapLine), named("complete.silences", silencesTotal, silences, silenceLine));
  return null;
}
