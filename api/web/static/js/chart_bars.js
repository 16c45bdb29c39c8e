// One bar a day or month, stacked where there are parts. A missing period is a dash on the ground, not a bar of 0.

import { chart, roomFor, scale, tickDigits, tickText, ticks, valueAxis } from "./chart.js";
import { svg } from "./dom.js";
import { number } from "./format.js";

const sum = (item) => item.parts.reduce((total, part) => total + part.value, 0);

/** `2026-11-24` as `11-24`, `2026-11` as it is. */
export const shortPeriod = (period) => (period.length === 10 ? period.slice(5) : period);

function labelled(items, area) {
  const room = Math.max(1, Math.floor((area.right - area.left) / (3.6 * area.em)));
  const every = Math.ceil(items.length / room);
  return (index) => (items.length - 1 - index) % every === 0;
}

function bar(item, x, width, y) {
  let below = 0;
  return item.parts.map((part) => {
    const rect = svg("rect", {
      class: `bar ${part.kind}${item.partial ? " partial" : ""}`,
      x: x.toFixed(1),
      width: width.toFixed(1),
      y: y(below + part.value).toFixed(1),
      height: Math.max(0, y(below) - y(below + part.value)).toFixed(1),
    });
    below += part.value;
    return rect;
  });
}

/**
 * Draw `items` into `host`: `{ period, parts: [{ kind, value }] | null, partial, lines }`, oldest first.
 *
 * Values are in the API's unit, `unit` is what the axis shows; `parts` is null where nothing is known,
 * `partial` marks what is not complete yet, and `lines` is what the tip says.
 */
export function barChart(host, items, { label, unit }) {
  const most = Math.max(0, ...items.filter((item) => item.parts).map(sum)) / unit.per;

  function draw(given) {
    const area = { ...given };
    const values = ticks(most || 1, roomFor(area));
    const digits = tickDigits(values);
    area.left = Math.max(area.left, (number(values[values.length - 1], digits).length * 0.58 + 0.6) * area.em);
    const step = (area.right - area.left) / Math.max(items.length, 1);
    const width = Math.min(step * 0.72, 4 * area.em);
    const y = (value) => scale(values[values.length - 1], area)(value / unit.per);
    const middle = (i) => area.left + step * (i + 0.5);
    const shown = labelled(items, area);
    const nodes = valueAxis(area, values, unit.name, (value) => number(value, digits));
    items.forEach((item, i) => {
      if (item.parts) nodes.push(...bar(item, middle(i) - width / 2, width, y));
      else nodes.push(svg("text", { class: "gap", x: middle(i), y: area.bottom - 0.35 * area.em, "text-anchor": "middle" }, "—"));
      if (shown(i)) nodes.push(tickText(area, middle(i), shortPeriod(item.period)));
    });
    return { nodes, stops: items.map((item, i) => ({ x: middle(i), lines: item.lines })) };
  }

  chart(host, { label, draw });
}
