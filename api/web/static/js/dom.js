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

/** Replace what stands in the element named `id`; nothing happens on a page that has no such element. */
export function put(id, ...children) {
  const element = document.getElementById(id);
  if (element) element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Call `draw(width, height)` now and whenever the element's size changes, but not while it is hidden. */
export function onSize(element, draw) {
  let drawn = "";
  const look = () => {
    const [width, height] = [Math.round(element.clientWidth), Math.round(element.clientHeight)];
    if (width === 0 || `${width} ${height}` === drawn) return;
    drawn = `${width} ${height}`;
    draw(width, height);
  };
  new ResizeObserver(look).observe(element);
  look();
}
