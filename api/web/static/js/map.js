// Stations by their position: shape and colour say the state, size the capacity, and no map is behind them.

import { h, onSize, svg } from "./dom.js";
import { ago, nameOf, number, power } from "./format.js";
import { clamp, placeLabels, plane, projection, viewOf, WHOLE } from "./map_view.js";
import { ATTENTION, NOT_LIVE, SHAPES, STATES, mark, stateName } from "./states.js";
import { t } from "./texts.js";

const REACH = 18; // pixels around the pointer in which a station is found

/** Marks are about as large as the capacity's square root says; troubled and curtailed ones are never tiny. */
function radius(station, em) {
  const size = 0.11 * em + 0.055 * em * Math.sqrt(station.capacity_dc_w / 1e5) ** 0.85;
  return Math.min(Math.max(size, ATTENTION.includes(station.state) ? 0.4 * em : station.state === "curtailed" ? 0.32 * em : 0.17 * em), 0.85 * em);
}

const drawnLater = (a, b) => STATES.indexOf(b.state) - STATES.indexOf(a.state);

function graticule(ground, to, size) {
  const lines = [];
  const step = to.degree > 110 ? 1 : to.degree > 45 ? 2 : 5;
  const east = ground.west + ground.width / ground.squeeze + 30;
  for (let lon = Math.ceil((ground.west - 30) / step) * step; lon < east; lon += step) {
    const x = to.x(lon);
    if (x < 0 || x > size.width) continue;
    lines.push(svg("line", { class: "graticule", x1: x, x2: x, y1: 0, y2: size.height }));
    lines.push(svg("text", { class: "degree", x: x + 3, y: size.height - 5 }, `${lon}°E`));
  }
  for (let lat = 20; lat < 70; lat += step) {
    const y = to.y(lat);
    if (y < 12 || y > size.height - 16) continue;
    lines.push(svg("line", { class: "graticule", y1: y, y2: y, x1: 0, x2: size.width }));
    lines.push(svg("text", { class: "degree", x: size.width - 3, y: y - 3, "text-anchor": "end" }, `${lat}°N`));
  }
  return lines;
}

function leagueNames(leagues, spots, to, size, em) {
  const labels = leagues.map((league) => ({ text: nameOf(league), at: { x: to.x(league.lon), y: to.y(league.lat) } }));
  const near = labels.filter(({ at }) => at.x > 0 && at.x < size.width && at.y > 0 && at.y < size.height);
  return placeLabels(near, spots, size, em).map((box) => svg("text", { class: "league", x: box.x + box.width / 2, y: box.y + 0.95 * em, "text-anchor": "middle" }, box.text));
}

/** Says which station this is, in one line with a link. */
function sentence(station, asOf) {
  const live = station.power_w !== null && !NOT_LIVE.includes(station.state);
  const does = live ? power(station.power_w) : station.last_reading_at ? t("last_heard", { ago: ago(station.last_reading_at, asOf) }) : t("never_heard");
  return [
    h("a", { class: "state", href: `/stations/${encodeURIComponent(station.station_id)}` }, mark(station.state), h("b", {}, nameOf(station))),
    h("span", {}, [nameOf(station, "league"), nameOf(station, "banner")].join(" · ")),
    h("span", { class: "num" }, `${stateName(station.state)} · ${does} · ${t("capacity.short", { power: power(station.capacity_dc_w) })}`),
  ];
}

export class StationMap {
  /** `still`: no zoom and no pointer, for the wall. */
  constructor(host, { still = false } = {}) {
    this.host = host;
    this.still = still;
    this.view = WHOLE;
    this.stations = [];
    this.leagues = [];
    this.asOf = null;
    this.surface = svg("svg", { class: "map", role: "img", "aria-label": t("map.label", { n: 0 }), tabindex: still ? null : "0" });
    this.line = h("p", { class: "map-line", "aria-live": "polite" }, t("map.hint"));
    host.replaceChildren(this.surface, ...(still ? [] : [this.buttons(), this.line]));
    onSize(this.surface, () => this.draw());
    if (!still) this.listen();
  }

  buttons() {
    const button = (sign, label, act) => h("button", { type: "button", "aria-label": t(label), title: t(label), onclick: act }, sign);
    return h(
      "div",
      { class: "map-buttons" },
      button("+", "map.closer", () => this.zoom(1.6)),
      button("−", "map.farther", () => this.zoom(1 / 1.6)),
      button("⤢", "map.whole", () => this.look(WHOLE)),
    );
  }

  /** Show these stations (`StationRow`s) and names of leagues (`{ name, name_en, lon, lat }`). */
  show(stations, leagues, asOf) {
    const before = this.looks;
    this.looks = stations.map((station) => station.station_id + station.state).join();
    this.stations = [...stations].sort(drawnLater);
    this.leagues = leagues;
    this.asOf = asOf;
    if (this.looks === before) return this.refresh();
    this.surface.setAttribute("aria-label", t("map.label", { n: number(stations.length) }));
    return this.draw();
  }

  /** The same picture with newer figures behind it. */
  refresh() {
    const rows = new Map(this.stations.map((station) => [station.station_id, station]));
    for (const spot of this.spots || []) spot.station = rows.get(spot.station.station_id);
  }

  /** Come closer to the stations of a league; an empty code shows all. */
  showLeague(code) {
    const within = this.stations.filter((station) => station.league_code === code);
    this.look(code && within.length && this.ground ? viewOf(this.ground, within) : WHOLE);
  }

  look(view) {
    this.view = clamp(view);
    this.draw();
  }

  zoom(factor) {
    this.look({ ...this.view, zoom: this.view.zoom * factor });
  }

  draw() {
    const size = { width: this.surface.clientWidth, height: this.surface.clientHeight };
    if (!this.stations.length || !size.width) return;
    const em = parseFloat(getComputedStyle(this.surface).fontSize);
    this.ground = plane(this.stations);
    const to = projection(this.ground, size, this.view);
    const grow = Math.min(this.view.zoom ** 0.4, 3);
    this.spots = this.stations.map((station) => ({ station, x: to.x(station.lon), y: to.y(station.lat), r: radius(station, em) * grow }));
    const marks = this.spots.map(({ station, x, y, r }) =>
      svg("path", { class: `s-${station.state}`, d: SHAPES[station.state], "fill-rule": "evenodd", transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${(r / 6).toFixed(3)})` }),
    );
    this.halo = svg("circle", { class: "halo", r: 0, visibility: "hidden" });
    this.surface.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    this.surface.replaceChildren(...graticule(this.ground, to, size), svg("g", { class: "stations" }, marks), ...leagueNames(this.leagues, this.spots, to, size, em), this.halo);
  }

  nearest(event) {
    const box = this.surface.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    let best = null;
    for (const spot of this.spots || []) {
      const far = Math.max(0, Math.hypot(spot.x - px, spot.y - py) - spot.r);
      if (far < REACH && (!best || far <= best.far)) best = { ...spot, far };
    }
    return best;
  }

  point(spot) {
    this.surface.classList.toggle("on-station", Boolean(spot));
    this.halo?.setAttribute("visibility", spot ? "visible" : "hidden");
    if (!spot) return;
    for (const [name, value] of Object.entries({ cx: spot.x, cy: spot.y, r: spot.r + 4 })) this.halo.setAttribute(name, value);
    this.line.replaceChildren(...sentence(spot.station, this.asOf));
  }

  listen() {
    let from = null;
    let moved = false;
    this.surface.addEventListener("pointerdown", (event) => {
      from = { x: event.clientX, y: event.clientY, view: this.view };
      moved = false;
    });
    this.surface.addEventListener("pointermove", (event) => {
      if (from && this.view.zoom > 1) moved = this.drag(from, event) || moved;
      else this.point(this.nearest(event));
    });
    addEventListener("pointerup", () => (from = null));
    this.surface.addEventListener("click", (event) => {
      const spot = moved ? null : this.nearest(event);
      this.point(spot);
      if (spot && matchMedia("(hover: hover)").matches) location.assign(`/stations/${encodeURIComponent(spot.station.station_id)}`);
    });
    this.surface.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== this.surface) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.25 : 0.8);
    }, { passive: false });
    this.surface.addEventListener("keydown", (event) => this.key(event));
  }

  drag(from, event) {
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (Math.hypot(dx, dy) < 4) return false;
    const scale = Math.min(this.surface.clientWidth / this.ground.width, this.surface.clientHeight / this.ground.height) * this.view.zoom;
    this.look({ zoom: this.view.zoom, x: from.view.x - dx / (this.ground.width * scale), y: from.view.y - dy / (this.ground.height * scale) });
    return true;
  }

  key(event) {
    const step = 0.2 / this.view.zoom;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (move && this.view.zoom > 1) this.look({ ...this.view, x: this.view.x + move[0], y: this.view.y + move[1] });
    else if (event.key === "+" || event.key === "=") this.zoom(1.6);
    else if (event.key === "-") this.zoom(1 / 1.6);
    else if (event.key === "0") this.look(WHOLE);
    else return;
    event.preventDefault();
  }
}

/** What the shapes mean, with how many there are of each. */
export function mapLegend(byState) {
  return STATES.filter((state) => byState[state]).map((state) =>
    h("li", { class: "state" }, mark(state), h("span", {}, stateName(state)), h("b", { class: "num" }, number(byState[state]))),
  );
}
