// @ts-check
/*
 * Asking again: quickly at first, then slowly, never in a tab that nobody sees, and not for ever.
 */

const FIRST_MS = 300;
const SLOWEST_MS = 3_000;
const GROWTH = 1.3;
const PATIENCE_MS = 120_000;

const WATCH_FIRST_MS = 10_000;
const WATCH_SLOWEST_MS = 300_000;
const WATCH_GROWTH = 1.5;

/**
 * @param {number} previousMs 0 before the first
 * @returns {number} how long to wait next
 */
export function nextDelay(previousMs) {
  return previousMs ? Math.min(SLOWEST_MS, previousMs * GROWTH) : FIRST_MS;
}

/**
 * @param {number} previousMs
 * @param {boolean} changed whether there was something new
 */
export function nextWatch(previousMs, changed) {
  return changed ? WATCH_FIRST_MS : Math.min(WATCH_SLOWEST_MS, previousMs * WATCH_GROWTH);
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
      delay = Math.max(SLOWEST_MS, restMs(error));
      await pause(delay, signal);
    }
  }
  return false;
}

/**
 * Calls `look` for as long as the signal lets it, the more seldom the less happens. A tab that is
 * looked at again is brought up to date at once.
 * @param {() => Promise<boolean>} look says whether there was something new
 * @param {AbortSignal} signal
 */
export async function watch(look, signal) {
  let delay = WATCH_FIRST_MS;
  for (;;) {
    await pause(delay, signal);
    if (await untilSeen(signal)) delay = WATCH_FIRST_MS;
    if (signal.aborted) return;
    try {
      delay = nextWatch(delay, await look());
    } catch (error) {
      delay = Math.max(nextWatch(delay, false), restMs(error));
    }
  }
}

/**
 * How long to leave the server alone after an error of `api.js`. What waiting does not mend is thrown.
 * @param {unknown} error
 */
function restMs(error) {
  const { status, retryAfterSeconds } = /** @type {import("./api.js").Refusal} */ (error);
  if (status === 0 || status === 429 || status >= 500) return retryAfterSeconds * 1_000;
  throw error;
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
 * @returns {Promise<boolean>} whether there was anything to wait for
 */
function untilSeen(signal) {
  return new Promise((resolve) => {
    const hidden = document.hidden;
    check();
    document.addEventListener("visibilitychange", check);
    signal.addEventListener("abort", check);
    function check() {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", check);
      signal.removeEventListener("abort", check);
      resolve(hidden);
    }
  });
}

const NEAR_PX = 800;

/**
 * Resolves once an element is within a screen or so of what the reader sees.
 * @param {Element} element
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function untilNear(element, signal) {
  return new Promise((resolve) => {
    // An observer tells at the next frame at the earliest: on a busy page that is late.
    if (element.getBoundingClientRect().top < innerHeight + NEAR_PX) return resolve();
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && end(),
      { rootMargin: `${NEAR_PX}px 0px` },
    );
    observer.observe(element);
    signal.addEventListener("abort", end);
    function end() {
      observer.disconnect();
      resolve();
    }
  });
}
