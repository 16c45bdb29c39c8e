// What a page shows when the thing it is about is not there, or could not be asked for.

import { h, put } from "./dom.js";
import { failure } from "./parts.js";
import { t } from "./texts.js";

export function notFound(problem, kind, retry) {
  if (problem.status !== 404) return put("page-message", failure(problem, retry));
  return put(
    "page-message",
    h("div", { class: "absent" }, h("h1", {}, t(`absent.${kind}`)), h("p", {}, problem.message), h("p", {}, h("a", { class: "button", href: "/stations" }, t("absent.next")))),
  );
}
