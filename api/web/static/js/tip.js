// One small box that explains what is touched, hovered or focused: every [data-tip].

import { h } from "./dom.js";

let box = null;
let owner = null;

function place(x, y) {
  const edge = 8;
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(Math.max(edge, x - width / 2), document.documentElement.clientWidth - width - edge);
  const above = y - height - 12;
  box.style.left = `${left}px`;
  box.style.top = `${above < edge ? y + 18 : above}px`;
}

function open(x, y, content) {
  if (!box) document.body.append((box = h("div", { class: "tip", role: "tooltip", id: "tip" })));
  box.replaceChildren(...content);
  box.hidden = false;
  place(x, y);
}

/** Show `content` (nodes or text) near a point of the window. */
export const showAt = (x, y, ...content) => open(x, y, content.flat(Infinity));

export function hide() {
  if (box) box.hidden = true;
  if (owner) owner.removeAttribute("aria-describedby");
  owner = null;
}

function explain(element) {
  if (element === owner) return;
  hide();
  const place = element.getBoundingClientRect();
  open(place.left + place.width / 2, place.top, [element.dataset.tip]);
  owner = element;
  owner.setAttribute("aria-describedby", "tip");
}

const touched = (event) => (event.target instanceof Element ? event.target.closest("[data-tip]") : null);

export function startTips() {
  document.addEventListener("pointerover", (event) => {
    const element = touched(event);
    if (element) explain(element);
    else if (owner && owner !== document.activeElement) hide();
  });
  document.addEventListener("focusin", (event) => (touched(event) ? explain(touched(event)) : hide()));
  document.addEventListener("click", (event) => (touched(event) ? explain(touched(event)) : hide()));
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("scroll", hide, { passive: true });
}
