// @ts-check
/**
 * The comments of a page, one of which is current, and what becomes of them when they were decided
 * about: htmx takes the answer's part in, and here the focus goes where the work goes on.
 */

/**
 * @typedef {CustomEvent<{
 *   elt: Element, target: Element, xhr: XMLHttpRequest, shouldSwap: boolean, isError: boolean,
 * }>} HtmxEvent
 */

/** @type {HTMLElement | null} */
let current = null;
const GO_ON = "vestibule-go-on";
let hasDecided = false;
/** @type {HTMLElement | null} */
let restored = null;

/** @returns {HTMLElement[]} */
export const cards = () =>
  [...document.querySelectorAll(".card")].filter((one) => one instanceof HTMLElement);

/** The one with the focus, or that had it last; where there is one only, that one. */
export const currentCard = () => {
  const focused = document.activeElement?.closest(".card");
  if (focused instanceof HTMLElement) current = focused;
  if (current?.isConnected) return current;
  const all = cards();
  return all.length === 1 ? (all[0] ?? null) : null;
};

/** @param {HTMLElement} card */
export const makeCurrent = (card) => {
  current = card;
  card.focus({ preventScroll: true });
  // Its beginning must be read; what fits is shown as a whole.
  card.scrollIntoView({ block: card.offsetHeight > innerHeight ? "start" : "nearest" });
};

/**
 * To the next comment that waits, or back.
 * @param {1 | -1} step
 */
export const go = (step) => {
  const all = cards().filter((one) => one.ariaBusy !== "true" || one === current);
  const at = current ? all.indexOf(current) : -1;
  const next = at < 0 ? all[0] : all[at + step];
  if (next) makeCurrent(next);
};

/** @param {string} text */
const say = (text) => {
  const place = document.getElementById("desk-problem");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
};

/** @param {Event} event */
const onSend = (event) => {
  const { elt } = /** @type {HtmxEvent} */ (event).detail;
  say("");
  const card = elt.closest("form.actions")?.closest(".card");
  if (!(card instanceof HTMLElement)) return;
  // The next one is looked at while this one is on its way.
  if (card === currentCard()) {
    const waiting = cards().filter((one) => one.ariaBusy !== "true");
    const at = waiting.indexOf(card);
    const next = waiting[at + 1] ?? waiting[at - 1];
    if (next) makeCurrent(next);
  }
  card.ariaBusy = "true";
  hasDecided = true;
};

/** @param {Event} event */
const onAnswer = (event) => {
  const { detail } = /** @type {HtmxEvent} */ (event);
  // A session that has ended leads to the page to sign in, which is no part of this one.
  if (new URL(detail.xhr.responseURL, location.href).pathname.endsWith("/sign-in")) {
    detail.shouldSwap = false;
    location.reload();
  }
};

/** @param {Event} event */
const onTrouble = (event) => {
  const { elt, xhr } = /** @type {HtmxEvent} */ (event).detail;
  const card = elt.closest(".card");
  if (card) card.ariaBusy = null;
  if (xhr.status === 404 && card) return card.remove();
  say(
    xhr.status
      ? "This could not be done, and nothing has changed. Load the page again to see why."
      : "The desk does not answer. What you did last may not have been done: try it again.",
  );
};

const onSettled = () => {
  if (!hasDecided || !document.getElementById("cards") || cards().length) return;
  // The page is done: the next one, or the word that nothing waits.
  sessionStorage.setItem(GO_ON, "1");
  location.reload();
};

/** After a page that was done the work goes on at the first comment of the next one. */
const goOn = () => {
  const wanted = sessionStorage.getItem(GO_ON);
  sessionStorage.removeItem(GO_ON);
  if (wanted) go(1);
};

/** @param {Event} event */
const onUndone = (event) => {
  const { target } = /** @type {HtmxEvent} */ (event).detail;
  const first = target.id === "cards" ? cards()[0] : null;
  if (!first) return;
  document.querySelector("p.empty")?.remove();
  // A comment that is back replaces what was said of it meanwhile.
  for (const other of cards()) if (other !== first && other.id === first.id) other.remove();
  restored = first;
};

/** @param {Event} event */
const onLoad = (event) => {
  const { elt } = /** @type {HtmxEvent} */ (event).detail;
  // Not sooner: until htmx knows its buttons, pressing one would load a whole page.
  if (restored && elt.contains(restored)) {
    makeCurrent(restored);
    restored = null;
  }
};

export const watchCards = () => {
  document.addEventListener("focusin", currentCard);
  const { body } = document;
  body.addEventListener("htmx:beforeRequest", onSend);
  body.addEventListener("htmx:beforeSwap", onAnswer);
  body.addEventListener("htmx:responseError", onTrouble);
  body.addEventListener("htmx:sendError", onTrouble);
  body.addEventListener("htmx:afterSettle", onSettled);
  body.addEventListener("htmx:oobAfterSwap", onUndone);
  body.addEventListener("htmx:load", onLoad);
  goOn();
};
