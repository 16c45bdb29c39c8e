// Power over one local day: a line whose gaps stay gaps, night shaded, what was expected dashed.

import { chart, roomFor, scale, tickDigits, tickText, ticks, valueAxis } from "./chart.js";
import { svg } from "./dom.js";
import { clock, DAY_MS, dayStart, ms, number, powerUnit, withUnit } from "./format.js";
import { t } from "./texts.js";

const HOUR_MS = 3_600_000;

/** The points as runs without a gap; one bucket missing is a gap. */
export function runs(points, bucketS) {
  const parts = [];
  let before = -Infinity;
  for (const point of points) {
    const at = ms(point.at);
    if (at - before > bucketS * 1500) parts.push([]);
    parts[parts.length - 1].push({ at, power_w: point.power_w });
    before = at;
  }
  return parts;
}

function path(run, x, y) {
  return run.map((point, i) => `${i ? "L" : "M"}${x(point.at).toFixed(1)},${y(point.power_w).toFixed(1)}`).join("");
}

function curve(run, x, y, ground) {
  if (run.length === 1) return [svg("circle", { class: "power-dot", cx: x(run[0].at), cy: y(run[0].power_w), r: 1.5 })];
  const line = path(run, x, y);
  const area = `${line}L${x(run[run.length - 1].at).toFixed(1)},${ground}L${x(run[0].at).toFixed(1)},${ground}Z`;
  return [svg("path", { class: "power-area", d: area }), svg("path", { class: "power-line", d: line })];
}

function night(power, from, to, x, area) {
  if (!power.sunrise_at || !power.sunset_at) return [];
  const shade = (start, end) => svg("rect", { class: "night", x: x(start), width: Math.max(0, x(end) - x(start)), y: area.top, height: Math.max(0, area.bottom - area.top) });
  return [shade(from, ms(power.sunrise_at)), shade(ms(power.sunset_at), to)];
}

function hours(area, from, x) {
  const every = area.width < 40 * area.em ? 6 : 3;
  const marks = Array.from({ length: 24 / every + 1 }, (_, i) => i * every);
  return marks.map((hour) => {
    const anchor = hour === 0 ? "start" : hour === 24 ? "end" : "middle";
    return tickText(area, x(from + hour * HOUR_MS), `${String(hour).padStart(2, "0")}:00`, anchor);
  });
}

function stop(point, x, total) {
  const lines = [clock(point.at), withUnit(point.power_w, powerUnit(point.power_w))];
  if (total) lines.push(t("power.stations", { n: number(point.stations), total: number(total) }));
  return { x: x(ms(point.at)), lines };
}

/**
 * Draw `power` (the API's PowerCurve) into `host`.
 *
 * @param total stations of the fleet, where a point is a sum over stations
 * @param now the server's present instant, drawn as a line on its own day
 * @param expected points of the expected curve, dashed
 */
export function powerChart(host, power, { label, total = null, now = null, expected = [] }) {
  const from = dayStart(power.day);
  const to = from + DAY_MS;
  const most = Math.max(0, ...power.points.map((p) => p.power_w), ...expected.map((p) => p.power_w));
  const unit = powerUnit(most);

  function draw(area) {
    const values = ticks(most / unit.per || 1, roomFor(area));
    const digits = tickDigits(values);
    const x = (at) => area.left + ((at - from) / DAY_MS) * (area.right - area.left);
    const y = (watts) => scale(values[values.length - 1], area)(watts / unit.per);
    const at = now === null ? null : ms(now);
    const nodes = [
      ...night(power, from, to, x, area),
      ...valueAxis(area, values, unit.name, (value) => number(value, digits)),
      ...hours(area, from, x),
      ...runs(expected, power.bucket_s).map((run) => svg("path", { class: "expected-line", d: path(run, x, y) })),
      ...runs(power.points, power.bucket_s).flatMap((run) => curve(run, x, y, y(0))),
    ];
    if (at !== null && at >= from && at < to) {
      nodes.push(svg("line", { class: "now-line", x1: x(at), x2: x(at), y1: area.top, y2: area.bottom }));
    }
    return { nodes, stops: power.points.map((point) => stop(point, x, total)) };
  }

  chart(host, { label, draw });
}
