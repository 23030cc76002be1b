// @ts-check
/*
 * Asking again: quickly at first, then slowly, never in a tab that nobody sees, and not for ever.
 */
import { Refusal, Unreachable } from "./api.js";

const FIRST_MS = 300;
const SLOWEST_MS = 3_000;
const GROWTH = 1.3;
const PATIENCE_MS = 120_000;

/**
 * @param {number} previousMs 0 before the first
 * @returns {number} how long to wait next
 */
export function nextDelay(previousMs) {
  return previousMs ? Math.min(SLOWEST_MS, previousMs * GROWTH) : FIRST_MS;
}

/**
 * Calls `done` until it says true. Resolves to false when patience or the signal ends it. A server
 * that cannot be reached, or asks to be left alone for a while, is asked again later.
 * @param {() => Promise<boolean>} done
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
export async function pollUntil(done, signal) {
  let delay = 0;
  for (let waited = 0; waited < PATIENCE_MS; waited += delay) {
    delay = nextDelay(delay);
    await pause(delay, signal);
    await untilSeen(signal);
    if (signal.aborted) return false;
    try {
      if (await done()) return true;
    } catch (error) {
      if (error instanceof Refusal && (error.status === 429 || error.status >= 500)) {
        delay = Math.max(SLOWEST_MS, error.retryAfterSeconds * 1_000);
        await pause(delay, signal);
      } else if (!(error instanceof Unreachable)) throw error;
    }
  }
  return false;
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
    function end() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    }
  });
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function untilSeen(signal) {
  return new Promise((resolve) => {
    check();
    document.addEventListener("visibilitychange", check);
    signal.addEventListener("abort", check);
    function check() {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", check);
      signal.removeEventListener("abort", check);
      resolve();
    }
  });
}
