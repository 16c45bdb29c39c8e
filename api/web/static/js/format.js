// Numbers, units and times as people read them. Times are Asia/Shanghai whatever the browser's zone.

import { lang, t } from "./texts.js";

const SHANGHAI_MS = 8 * 3_600_000; // China has kept UTC+8 without summer time since 1991
export const DAY_MS = 86_400_000;
const FIXED_SPACE = "\u00a0"; // a number and its unit stay on one line
const chinese = lang === "zh-CN";
const formats = new Map();

/** A number with thousands separated and exactly `digits` decimals. */
export function number(value, digits = 0) {
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  return formats.get(digits).format(value);
}

export const percent = (ratio, digits = 1) => `${number(ratio * 100, digits)}${FIXED_SPACE}%`;

/** Units: by how much to divide what the API sends, and the decimals that are worth reading. */
export const UNITS = {
  kW: { per: 1e3, digits: 1, name: "kW" },
  MW: { per: 1e6, digits: 2, name: "MW" },
  kWh: { per: 1e3, digits: 0, name: "kWh" },
  MWh: { per: 1e6, digits: 1, name: "MWh" },
  GWh: { per: 1e9, digits: 2, name: "GWh" },
  wan_kWh: { per: 1e7, digits: 2, name: t("unit.wan_kwh") },
  yuan: { per: 1e2, digits: 2, name: t("unit.yuan") },
  wan_yuan: { per: 1e6, digits: 2, name: t("unit.wan_yuan") },
  million_yuan: { per: 1e8, digits: 2, name: t("unit.million_yuan") },
};

export const powerUnit = (watts) => (Math.abs(watts) >= 1e6 ? UNITS.MW : UNITS.kW);

export function energyUnit(wh) {
  const size = Math.abs(wh);
  if (chinese) return size >= 1e8 ? UNITS.wan_kWh : UNITS.kWh;
  if (size >= 1e10) return UNITS.GWh;
  return size >= 1e7 ? UNITS.MWh : UNITS.kWh;
}

/** On the wall and in overviews: 万元 or million yuan; finance pages always use `UNITS.yuan`. */
export function moneyUnit(fen) {
  const size = Math.abs(fen);
  if (chinese) return size >= 1e7 ? UNITS.wan_yuan : UNITS.yuan;
  return size >= 1e8 ? UNITS.million_yuan : UNITS.yuan;
}

/** A value in a unit, without the unit's name. */
export const inUnit = (value, unit, digits = unit.digits) => number(value / unit.per, digits);

/** A value with its unit's name. */
export const withUnit = (value, unit, digits = unit.digits) => `${inUnit(value, unit, digits)}${FIXED_SPACE}${unit.name}`;

export const power = (watts) => withUnit(watts, powerUnit(watts));

/** Milliseconds of an instant of the API. */
export const ms = (at) => (typeof at === "number" ? at : Date.parse(at));
const local = (at) => new Date(ms(at) + SHANGHAI_MS).toISOString();
export const clock = (at) => local(at).slice(11, 16);
export const clockSeconds = (at) => local(at).slice(11, 19);
export const dayOf = (at) => local(at).slice(0, 10);
export const stamp = (at) => `${dayOf(at)} ${clock(at)}`;
export const dayStart = (day) => Date.parse(`${day}T00:00:00+08:00`);
export const addDays = (day, days) => dayOf(dayStart(day) + days * DAY_MS);

/** How long before `asOf` the instant was; the present is the server's. */
export function ago(at, asOf) {
  const minutes = Math.max(0, Math.floor((ms(asOf) - ms(at)) / 60_000));
  if (minutes < 1) return t("ago.now");
  if (minutes < 60) return t("ago.minutes", { n: minutes });
  if (minutes < 48 * 60) return t("ago.hours", { n: Math.floor(minutes / 60) });
  return t("ago.days", { n: Math.floor(minutes / 1440) });
}

/** The name of a place or station in the page's language: `name` or `name_en`, by the field's stem. */
export const nameOf = (thing, stem = "name") => (chinese ? thing[stem] : thing[`${stem}_en`] || thing[stem]);

/** Why a figure is missing, in the API's words. */
export const reasonText = (reason) => reason || t("missing.unknown");
