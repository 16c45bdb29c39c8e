// Where things lie on the map, without any map: longitude and latitude on a plane, and a window onto it.

/** A plane for these positions: degrees east are shortened by the cosine of the middle latitude. */
export function plane(positions, margin = 0.1) {
  const lons = positions.map((p) => p.lon);
  const lats = positions.map((p) => p.lat);
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const width = Math.max((east - west) * squeeze, 0.5);
  const height = Math.max(north - south, 0.5);
  return {
    west: west - (margin * width) / squeeze,
    north: north + margin * height,
    width: width * (1 + 2 * margin),
    height: height * (1 + 2 * margin),
    squeeze,
  };
}

/** Functions from degrees to pixels of a surface, at a zoom around a centre given in parts of the plane. */
export function projection(ground, size, view) {
  const fit = Math.min(size.width / ground.width, size.height / ground.height) * view.zoom;
  const left = size.width / 2 - view.x * ground.width * fit;
  const top = size.height / 2 - view.y * ground.height * fit;
  return {
    x: (lon) => left + (lon - ground.west) * ground.squeeze * fit,
    y: (lat) => top + (ground.north - lat) * fit,
    degree: fit,
  };
}

/** The view that shows all these positions. */
export function viewOf(ground, positions) {
  const seen = plane(positions, 0.15);
  const x = ((seen.west - ground.west) * ground.squeeze + seen.width / 2) / ground.width;
  const y = (ground.north - seen.north + seen.height / 2) / ground.height;
  return clamp({ x, y, zoom: Math.min(ground.width / seen.width, ground.height / seen.height) });
}

export const WHOLE = { x: 0.5, y: 0.5, zoom: 1 };

export function clamp({ x, y, zoom }) {
  const near = Math.min(Math.max(zoom, 1), 40);
  const half = 0.5 / near;
  const within = (value) => (near === 1 ? 0.5 : Math.min(Math.max(value, half), 1 - half));
  return { x: within(x), y: within(y), zoom: near };
}

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const covers = (box, spot) => spot.x > box.x - 3 && spot.x < box.x + box.width + 3 && spot.y > box.y - 2 && spot.y < box.y + box.height + 2;

/** Boxes for a label around its point, nearest first. */
function places(label, em) {
  const height = 1.25 * em;
  const width = label.text.length * em * (/[^\x00-\x7f]/.test(label.text) ? 1.02 : 0.6) + 0.6 * em;
  const boxes = [];
  for (const up of [0, -1.6, 1.6, -3.2, 3.2, -4.8, 4.8, -6.4, 6.4]) {
    for (const side of [0, -0.5, 0.5, -1, 1, -1.9, 1.9]) {
      const x = label.at.x - width / 2 + side * (width / 2 + 0.8 * em);
      boxes.push({ text: label.text, x, y: label.at.y + up * em - height / 2, width, height, far: Math.abs(up) + Math.abs(side) * 2 });
    }
  }
  return boxes;
}

/** Where labels stand: inside, none over another, over as few of the spots and as near as can be; without room, left out. */
export function placeLabels(labels, spots, size, em) {
  const placed = [];
  const inside = (box) => box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height;
  const cost = (box) => box.far * 2 + Math.min(2.5, 0.08 * spots.filter((spot) => covers(box, spot)).length);
  for (const label of labels) {
    const free = places(label, em).filter((box) => inside(box) && !placed.some((other) => overlap(box, other)));
    if (!free.length) continue;
    placed.push(free.map((box) => ({ ...box, cost: cost(box) })).reduce((best, box) => (box.cost < best.cost ? box : best)));
  }
  return placed;
}
