// All stations of the fleet as this page knows them, kept current by the stream.

import { get } from "./api.js";
import { ago, ms } from "./format.js";
import { on } from "./live.js";
import { ATTENTION, NOT_LIVE } from "./states.js";
import { t } from "./texts.js";

const PAGE = 1000;
const SPEAKING_MS = 5 * 60_000;

/** Every station's row, in as many requests as it takes. */
export async function allStations() {
  const rows = [];
  for (;;) {
    const answer = await get("/v1/stations", { limit: PAGE, offset: rows.length });
    rows.push(...answer.items);
    if (rows.length >= answer.total || !answer.items.length) return { as_of: answer.as_of, items: rows };
  }
}

/** Load all stations, then call `changed(stations, asOf)` now and whenever the stream tells of changes. */
export async function followStations(changed) {
  const first = await allStations();
  const rows = new Map(first.items.map((row) => [row.station_id, row]));
  let asOf = first.as_of;
  const tell = () => changed([...rows.values()], asOf);
  on("fleet", (fleet) => (asOf = fleet.as_of));
  on("stations", (event) => {
    for (const [id, state, watts] of event) {
      const row = rows.get(id);
      const heard = NOT_LIVE.includes(state) ? {} : { last_reading_at: asOf };
      if (row) rows.set(id, { ...row, state, power_w: watts, ...heard });
    }
    tell();
  });
  tell();
}

/** Since when a troubled station is silent; empty where it is not silent but reports its trouble. */
export function silence(row, asOf) {
  if (!row.last_reading_at) return t("never_heard");
  return ms(asOf) - ms(row.last_reading_at) < SPEAKING_MS ? "" : ago(row.last_reading_at, asOf);
}

/** Stations that somebody has to look at, the largest first. */
export const inTrouble = (stations) =>
  stations.filter((row) => ATTENTION.includes(row.state)).sort((a, b) => b.capacity_dc_w - a.capacity_dc_w);

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The station that is nearest to the middle of them all. */
function middle(rows) {
  const [lon, lat] = [mean(rows.map((row) => row.lon)), mean(rows.map((row) => row.lat))];
  const far = (row) => Math.hypot(row.lon - lon, row.lat - lat);
  return rows.reduce((best, row) => (far(row) < far(best) ? row : best));
}

/** Where a league's name stands on the map: in the middle of its stations. */
export function leaguePlaces(stations) {
  const groups = new Map();
  for (const row of stations) groups.set(row.league_code, [...(groups.get(row.league_code) || []), row]);
  return [...groups.values()].map(middle).map((row) => ({ name: row.league, name_en: row.league_en, lon: row.lon, lat: row.lat }));
}
