// What all charts share: the drawing surface, ticks, the cursor that pointer and keys move, the table.

import { h, one, onSize, svg } from "./dom.js";
import { hide, showAt } from "./tip.js";
import { t } from "./texts.js";

/** Round values from 0 to at least `most`, about as many as `wanted`. */
export function ticks(most, wanted = 4) {
  if (!(most > 0)) return [0, 1];
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => i * step);
}

/** How many ticks a chart of this height has room for. */
export const roomFor = (area) => Math.min(Math.max(Math.floor((area.bottom - area.top) / (2.4 * area.em)), 1), 4);

/** Decimals that tell the ticks apart. */
export function tickDigits(values) {
  const step = values[1] - values[0];
  return [0, 1, 2, 3].find((digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) ?? 3;
}

const emOf = (host) => parseFloat(getComputedStyle(host).fontSize);

/**
 * Draw into `host` at its width, again when the width changes, and move a cursor over it.
 *
 * `draw(area)` gets `{ width, height, left, right, top, bottom, em }` in CSS pixels and returns
 * `{ nodes, stops }`; a stop is `{ x, lines, says }`: where the cursor halts and what the tip says there.
 */
export function chart(host, { label, draw }) {
  const surface = svg("svg", { class: "chart", tabindex: "0", role: "img", "aria-label": label });
  const spoken = h("p", { class: "hidden", "aria-live": "polite" });
  let state = { stops: [], at: -1 };

  function redraw(width, tall) {
    const em = emOf(host);
    const height = tall || 15 * em;
    const area = { width, height, em, left: 3.6 * em, right: width - 0.8 * em, top: 2.2 * em, bottom: height - 1.7 * em };
    const { nodes, stops } = draw(area);
    const cursor = svg("line", { class: "cursor", y1: area.top, y2: area.bottom, visibility: "hidden" });
    surface.setAttribute("viewBox", `0 0 ${width} ${height}`);
    surface.replaceChildren(...nodes, cursor);
    state = { stops, cursor, area, at: -1 };
  }

  function halt(index, speak) {
    const stop = state.stops[index];
    if (!stop) return;
    state.at = index;
    state.cursor.setAttribute("x1", stop.x);
    state.cursor.setAttribute("x2", stop.x);
    state.cursor.setAttribute("visibility", "visible");
    const box = surface.getBoundingClientRect();
    showAt(box.left + stop.x, box.top + state.area.top, stop.lines.map((line) => h("div", {}, line)));
    if (speak) spoken.textContent = stop.lines.map((line) => (line.textContent ?? line)).join(", ");
  }

  function leave() {
    if (state.cursor) state.cursor.setAttribute("visibility", "hidden");
    state.at = -1;
    hide();
  }

  const nearest = (x) => state.stops.reduce((best, stop, i) => (Math.abs(stop.x - x) < Math.abs(state.stops[best].x - x) ? i : best), 0);
  surface.addEventListener("pointermove", (event) => halt(nearest(event.clientX - surface.getBoundingClientRect().left), false));
  surface.addEventListener("pointerleave", leave);
  surface.addEventListener("blur", leave);
  surface.addEventListener("keydown", (event) => {
    const last = state.stops.length - 1;
    const from = state.at < 0 ? last : state.at;
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    halt(Math.min(Math.max(to, 0), last), true);
  });

  host.replaceChildren(surface, spoken);
  onSize(host, redraw);
}

/** Horizontal lines with their values, the unit's name above them. */
export function valueAxis(area, values, unitName, write) {
  const y = scale(values[values.length - 1], area);
  const nodes = values.map((value) => [
    svg("line", { class: value === 0 ? "zero" : "grid", x1: area.left, x2: area.right, y1: y(value), y2: y(value) }),
    svg("text", { class: "tick", x: area.left - 0.5 * area.em, y: y(value) + 0.32 * area.em, "text-anchor": "end" }, write(value)),
  ]);
  return [...nodes.flat(), svg("text", { class: "tick", x: 0, y: area.top - 1.1 * area.em }, unitName)];
}

/** From a value to its y, 0 standing on the ground. */
export const scale = (most, area) => (value) => area.bottom - (value / most) * (area.bottom - area.top);

export const tickText = (area, x, text, anchor = "middle") =>
  svg("text", { class: "tick", x, y: area.bottom + 1.25 * area.em, "text-anchor": anchor }, text);

/** The same figures as a table, made when it is opened. */
export function asTable(heads, rows, caption) {
  const details = h("details", { class: "as-table" }, h("summary", {}, t("action.as_table")));
  details.fill = () => {
    if (details.children.length > 1) return;
    const head = h("tr", {}, heads.map((text, i) => h("th", { scope: "col", class: i ? "num" : null }, text)));
    const body = rows().map((row) => h("tr", {}, row.map((value, i) => h(i ? "td" : "th", i ? { class: "num" } : { scope: "row" }, value))));
    details.append(h("div", { class: "scroll" }, h("table", {}, h("caption", { class: "hidden" }, caption), h("thead", {}, head), h("tbody", {}, body))));
  };
  details.addEventListener("toggle", () => details.open && details.fill());
  return details;
}

/** Let a table of `asTable` stand in the element named `id`; an open one stays open, and untouched if it says the same. */
export function putTable(id, table) {
  const place = document.getElementById(id);
  const before = one("details", place);
  if (before?.open) {
    table.open = true;
    table.fill();
    if (before.isEqualNode(table)) return;
  }
  const focused = place.contains(document.activeElement);
  place.replaceChildren(table);
  if (focused) one("summary", table).focus({ preventScroll: true });
}
