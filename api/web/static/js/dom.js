// Elements, built without markup in strings: whatever a name contains, it stays text.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element; `on…` attributes are listeners, children are nodes or text. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/**
 * Let these children stand in the element named `id`. Where they look the same as before nothing is touched, so that
 * a page which is told the same thing every few seconds keeps focus, selection and tips.
 */
export function put(id, ...children) {
  const element = document.getElementById(id);
  if (!element) return null;
  const next = document.createElement(element.tagName);
  next.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  if (same(element.childNodes, next.childNodes)) return element;
  const path = pathTo(document.activeElement, element);
  element.replaceChildren(...next.childNodes);
  path?.reduce((node, place) => node?.children[place], element)?.focus({ preventScroll: true });
  return element;
}

const same = (before, after) => before.length === after.length && [...before].every((node, i) => node.isEqualNode(after[i]));

/** Which child of which child of `element` a node is; null if it is none. */
function pathTo(node, element) {
  const path = [];
  for (let at = node; at && at !== element; at = at.parentElement) {
    if (!at.parentElement) return null;
    path.unshift([...at.parentElement.children].indexOf(at));
  }
  return node && element.contains(node) && path.length ? path : null;
}

const watched = new WeakMap();

/** Call `draw(width, height)` now and whenever the element's size changes, but not while it is hidden. */
export function onSize(element, draw) {
  let drawn = "";
  const look = () => {
    const [width, height] = [Math.round(element.clientWidth), Math.round(element.clientHeight)];
    if (width === 0 || `${width} ${height}` === drawn) return;
    drawn = `${width} ${height}`;
    draw(width, height);
  };
  watched.get(element)?.disconnect(); // a chart that is drawn anew every minute must not leave watchers behind
  watched.set(element, new ResizeObserver(look));
  watched.get(element).observe(element);
  look();
}
