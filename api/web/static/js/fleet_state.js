// All stations of the fleet as this page knows them, kept current by the stream.

import { get } from "./api.js";
import { ago, ms } from "./format.js";
import { on, ready } from "./live.js";
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

/**
 * Load all stations, then call `changed(stations, leagues, asOf)` now and whenever the stream tells of changes; leagues
 * are `{ name, name_en, lon, lat }`, each at its seat.
 */
export async function followStations(changed) {
  let [asOf, leagues] = [null, []];
  on("fleet", (fleet) => ([asOf, leagues] = [fleet.as_of, fleet.leagues.map(seat)]));
  const [first] = await Promise.all([allStations(), ready]);
  const rows = new Map(first.items.map((row) => [row.station_id, row]));
  asOf ??= first.as_of;
  const tell = () => changed([...rows.values()], leagues, asOf);
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

const seat = (league) => ({ name: league.name, name_en: league.name_en, lon: league.seat_lon, lat: league.seat_lat });
