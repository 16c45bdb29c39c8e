// Income by period, base and subsidy stacked, from the API's IncomeRow.

import { asTable } from "./chart.js";
import { barChart } from "./chart_bars.js";
import { inUnit, moneyUnit, percent, reasonText, UNITS, withUnit } from "./format.js";
import { missing, remark } from "./parts.js";
import { t } from "./texts.js";

function lines(row, unit) {
  const { income } = row;
  if (income.gross_fen === null) return [row.period, reasonText(income.reason)];
  const told = [
    row.period,
    `${t("money.estimate")} ${withUnit(income.gross_fen, unit)}`,
    `${t("money.base")} ${inUnit(income.base_fen, unit)}`,
    `${t("money.subsidy")} ${inUnit(income.subsidy_fen, unit)}`,
    t("coverage", { n: percent(income.coverage) }),
  ];
  return income.reason ? [...told, income.reason] : told;
}

const WHOLE = 0.95; // a sum over hundreds of stations hardly ever has all of them

/** Whether a bar is drawn pale: the period still runs, or its amounts are of a part of it. */
const partial = ({ period, income }, running) => period === running || Boolean(income.reason && (period.length === 7 || income.coverage < WHOLE));

function parts(income) {
  if (income.gross_fen === null) return null;
  return [
    { kind: "m-base", value: income.base_fen },
    { kind: "m-subsidy", value: income.subsidy_fen },
  ];
}

/** Without the periods before the first data: nothing was measured then, and nothing is missing. */
export function sinceKnown(rows) {
  const first = rows.findIndex((row) => row.income.gross_fen !== null || row.income.coverage > 0);
  return first < 0 ? rows.slice(-1) : rows.slice(first);
}

/** Draw the rows; the last period is still running where `running` is its name. Returns the table alternative. */
export function moneyChart(host, rows, { label, running, exact = false }) {
  const most = Math.max(0, ...rows.map((row) => row.income.gross_fen || 0));
  const unit = exact ? UNITS.yuan : moneyUnit(most);
  const items = rows.map((row) => ({ period: row.period, parts: parts(row.income), partial: partial(row, running), lines: lines(row, unit) }));
  barChart(host, items, { label, unit });
  const value = (row, key) => (row.income[key] === null ? missing(reasonText(row.income.reason)) : inUnit(row.income[key], unit));
  const heads = [t("column.period"), `${t("money.estimate")} (${unit.name})`, t("money.base"), t("money.subsidy"), t("coverage.word"), ...(rows.some((row) => row.income.reason) ? [t("column.remark")] : [])];
  const table = () => [...rows].reverse().map((row) => [row.period, value(row, "gross_fen"), value(row, "base_fen"), value(row, "subsidy_fen"), percent(row.income.coverage), ...(heads.length > 5 ? [remark(row.income.reason)] : [])]);
  return asTable(heads, table, label);
}
