// The JSON API. Every failure becomes a `Problem` with a sentence that can be shown.

import { lang, t } from "./texts.js";

const TIMEOUT_MS = 20_000;

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** `path` with those of `query` that say something. */
export function address(path, query = {}) {
  const told = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(told).toString();
  return text ? `${path}?${text}` : path;
}

async function answer(path) {
  try {
    return await fetch(path, { headers: { accept: "application/json", "accept-language": lang }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Problem(0, t("error.unreachable"));
  }
}

/** The JSON at `path`. Throws `Problem`. */
export async function get(path, query) {
  const response = await answer(address(path, query));
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw new Problem(response.status, (body && body.detail) || t("error.status", { status: response.status }));
}

/** The item of a path such as /v1/stations/{id}, safely quoted. */
export const of = (kind, id, rest = "") => `/v1/${kind}/${encodeURIComponent(id)}${rest}`;
