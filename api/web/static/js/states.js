// A station's states: worst first, each with a shape of its own, so that colour is never alone.

import { svg, h } from "./dom.js";
import { t } from "./texts.js";

export const STATES = ["fault", "offline", "stale", "unknown", "curtailed", "producing", "night"];
/** States that somebody has to look at. */
export const ATTENTION = ["fault", "offline", "stale", "unknown"];
/** States in which the last power is not the present power. */
export const NOT_LIVE = ["offline", "stale", "unknown"];

// Drawn around 0,0 in a box of 16.
export const SHAPES = {
  producing: "M-6,0a6,6 0 1,0 12,0a6,6 0 1,0 -12,0Z",
  curtailed: "M-6.5,-5H6.5L0,6.5Z",
  night: "M1.5,-6.3A6.4,6.4 0 1,0 6.3,2.2A5.4,5.4 0 0,1 1.5,-6.3Z",
  stale: "M0,-7L7,0L0,7L-7,0Z",
  offline: "M-6.2,-3.4L-3.4,-6.2L0,-2.8L3.4,-6.2L6.2,-3.4L2.8,0L6.2,3.4L3.4,6.2L0,2.8L-3.4,6.2L-6.2,3.4L-2.8,0Z",
  fault: "M0,-7L7,5.8H-7Z",
  unknown: "M-5.8,-5.8H5.8V5.8H-5.8ZM-2.8,-2.8V2.8H2.8V-2.8Z",
};

export const stateName = (state) => t(`state.${state}`);

/** The state's shape alone; the word has to stand beside it. */
export function mark(state) {
  return svg(
    "svg",
    { class: `mark s-${state}`, viewBox: "-8 -8 16 16", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: SHAPES[state], "fill-rule": "evenodd" }),
  );
}

export function stateTag(state) {
  return h("span", { class: "state" }, mark(state), h("span", {}, stateName(state)));
}

/** How many stations are in each state, as a bar of segments with the same order everywhere. */
export function stateBar(byState, total) {
  const present = STATES.filter((state) => byState[state]);
  const bar = h("span", { class: "statebar", "aria-hidden": "true" });
  for (const state of present) {
    const part = h("i", { class: `s-${state}` });
    part.style.flexGrow = String(byState[state] / total);
    bar.append(part);
  }
  return bar;
}

export function stateCounts(byState, wanted = STATES) {
  return wanted
    .filter((state) => byState[state])
    .map((state) =>
      h("span", { class: "state", title: stateName(state) }, mark(state), h("span", { class: "hidden" }, stateName(state)), String(byState[state])),
    );
}

export const countIn = (byState, states) => states.reduce((sum, state) => sum + (byState[state] || 0), 0);
