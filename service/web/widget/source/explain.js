// @ts-check
/*
 * What a request that failed means for its writer: which fields need another look, what to do.
 */
import { plural } from "./text.js";

/** @typedef {import("./api.js").Refusal} Refusal */
/** @typedef {import("./words.js").Words} Words */

/**
 * @param {unknown} error
 * @param {Words} words
 * @param {string} lang
 * @returns {{ text: string, faults: Map<string, string> }} what to say, and of which fields
 */
export function explain(error, words, lang) {
  /** @type {Map<string, string>} */
  const faults = new Map();
  const { status, retryAfterSeconds, code, errors, message } = /** @type {Refusal} */ (error);
  if (!status) return { text: words.offline, faults };
  const wait = plural(words.wait, retryAfterSeconds || 60, lang);
  if (status === 429) return { text: `${words.tooMany} ${wait}`, faults };
  if (status === 503) return { text: `${words.busy} ${wait}`, faults };
  if (status >= 500) return { text: words.failed, faults };
  if (code === "thread_closed") return { text: `${words.closed} ${words.refused}`, faults };
  for (const { pointer, code: what, message: says } of errors) {
    // English sentences are the server's own; the other languages say them by their codes.
    faults.set(pointer.slice(1), words.faults?.[what] ?? says);
  }
  // In other languages the server's English detail would help few.
  const detail = words.faults ? "" : message;
  return { text: [...faults.values(), detail, words.refused].filter(Boolean).join(" "), faults };
}
