// What is happening now: the server's stream, and asking every so often where the stream does not come through.

import { get } from "./api.js";
import { h, one } from "./dom.js";
import { clockSeconds } from "./format.js";
import { lang, t } from "./texts.js";

const POLL_MS = 15_000;
const SILENCE_MS = 45_000;

const listeners = { fleet: [], stations: [], slow: [], cut: [] };
let stream = null;
let heardAt = 0; // by the page's monotonic clock, never by the time of day
let asOf = null;
let polling = false;
let tellReady;

/** Settled when the server was asked for the first time, whatever came of it. */
export const ready = new Promise((resolve) => (tellReady = resolve));

/**
 * Call `listener(data)` on every `fleet` event, on `stations` (`[station_id, state, power_w]` of those that changed),
 * on `slow` once a minute, and on `cut` (the last present heard of, or null) when the server can't be reached.
 */
export const on = (event, listener) => listeners[event].push(listener);
const tell = (event, data = null) => listeners[event].forEach((listener) => listener(data));

/** The server's present instant, as last heard. */
export const present = () => asOf;

function show(kind) {
  const place = one("#live");
  document.documentElement.classList.toggle("cut", kind === "cut");
  if (!place) return;
  place.className = `live live-${kind}`;
  const time = asOf ? clockSeconds(asOf) : "—";
  place.replaceChildren(h("i", { "aria-hidden": "true" }), h("span", { class: "live-word" }, t(`live.${kind}`)), h("time", { class: "num" }, time.slice(0, 5), h("span", { class: "seconds" }, time.slice(5))));
  place.title = t(`live.${kind}.why`, { time });
}

function heard(fleet, kind) {
  heardAt = performance.now();
  asOf = fleet.as_of;
  const badge = one("#synthetic");
  if (badge) badge.hidden = !fleet.synthetic;
  show(kind);
  tell("fleet", fleet);
}

function openStream() {
  if (stream || !("EventSource" in window)) return;
  stream = new EventSource(`/v1/stream?lang=${lang}`);
  stream.addEventListener("fleet", (event) => heard(JSON.parse(event.data), "stream"));
  stream.addEventListener("stations", (event) => tell("stations", JSON.parse(event.data)));
  stream.addEventListener("error", () => poll());
}

function closeStream() {
  if (stream) stream.close();
  stream = null;
}

async function poll(again = true) {
  if (polling) return;
  polling = true;
  try {
    const fleet = await get("/v1/fleet");
    heard(fleet, "poll");
    if (again) tell("slow");
  } catch {
    show("cut");
    tell("cut", asOf);
  } finally {
    polling = false;
  }
}

function watch() {
  if (document.hidden) return;
  const silent = performance.now() - heardAt;
  if (silent > SILENCE_MS || (stream && stream.readyState !== EventSource.OPEN && silent > POLL_MS)) {
    if (stream && stream.readyState === EventSource.CLOSED) closeStream();
    openStream();
    poll();
  }
}

/** Ask once, then listen. A hidden page gives its connection back. */
export async function startLive() {
  await poll(false);
  tellReady();
  openStream();
  setInterval(watch, 5_000);
  setInterval(() => document.hidden || performance.now() - heardAt > SILENCE_MS || tell("slow"), 60_000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) closeStream();
    else poll().then(openStream);
  });
  addEventListener("pagehide", closeStream);
}
