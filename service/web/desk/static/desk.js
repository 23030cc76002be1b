// @ts-check
/**
 * The desk by keyboard. Every key presses a button or follows a link that stands on the page, so
 * nothing can be done here that a mouse, or a browser without scripts, could not do.
 *
 * Single keys work nowhere where text is typed, not with modifiers, and not at all where
 * `<html data-keys="off">` says so.
 */
import { currentCard, go, makeCurrent, watchCards } from "./cards.js";
import { pick, watchPicks } from "./picks.js";
import { watchClaims } from "./claims.js";

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type)));

/**
 * Press a button. What has just come to the page is handed to htmx first, which gets round to it a
 * moment later: a key that is faster would leave the page.
 * @param {HTMLButtonElement} button
 */
const press = (button) => {
  const { htmx } = /** @type {{ htmx?: { process(element: Element): void } }} */ (/** @type {unknown} */ (window));
  if (button.form) htmx?.process(button.form);
  button.click();
};

/**
 * Press a button of the current comment; where there is none yet, make the first one current.
 * @param {string} action
 */
const decide = (action) => {
  const card = currentCard();
  if (!card) return go(1);
  const button = card.querySelector(`form.actions button[name=action][value=${action}]`);
  if (!(button instanceof HTMLButtonElement) || card.ariaBusy === "true") return;
  press(button);
};

/** Open the reasons of the current comment, with the first one in focus. */
const openReasons = () => {
  const card = currentCard();
  if (!card) return go(1);
  const reasons = card.querySelector("details.with-reason");
  if (!(reasons instanceof HTMLDetailsElement)) return;
  reasons.open = true;
  const reject = reasons.querySelector("input[name=with][value=reject]");
  if (reject instanceof HTMLInputElement) reject.checked = true;
  const first = reasons.querySelector("button[name=reason]");
  if (first instanceof HTMLElement) first.focus();
};

/**
 * Inside the open reasons a digit presses the reason that shows it, and Escape closes them.
 * @param {HTMLDetailsElement} reasons
 * @param {string} key
 */
const inReasons = (reasons, key) => {
  if (key === "Escape") {
    reasons.open = false;
    const card = reasons.closest(".card");
    if (card instanceof HTMLElement) makeCurrent(card);
    return true;
  }
  const digit = [...reasons.querySelectorAll("button[name=reason]")].find(
    (one) => one.querySelector("kbd")?.textContent === key,
  );
  if (!(digit instanceof HTMLButtonElement)) return false;
  press(digit);
  return true;
};

const help = () => {
  const dialog = document.getElementById("keys");
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
};

const undo = () => {
  const button = document.querySelector("[data-undo]");
  if (button instanceof HTMLButtonElement) press(button);
};

const search = () => {
  const field = document.getElementById("q");
  if (field instanceof HTMLInputElement) field.focus();
};

/** @type {Record<string, () => void>} */
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => decide("approve"),
  s: () => decide("spam"),
  r: openReasons,
  d: () => decide("delete"),
  x: () => pick(currentCard(), false),
  X: () => pick(currentCard(), true),
  u: undo,
  "/": search,
  "?": help,
};

/** @param {KeyboardEvent} event */
const onKey = (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
  const { target, key } = event;
  if (isTyping(target)) return;
  const reasons = target instanceof Element ? target.closest("details.with-reason[open]") : null;
  if (reasons instanceof HTMLDetailsElement && inReasons(reasons, key)) {
    event.preventDefault();
    return;
  }
  const action = KEYS[key];
  // A key that is held down must not decide about one comment after the other.
  if (!action || (event.repeat && key !== "j" && key !== "k")) return;
  event.preventDefault();
  action();
};

document.addEventListener("keydown", onKey);
for (const button of document.querySelectorAll("[data-keys-help]")) {
  button.addEventListener("click", help);
  if (button instanceof HTMLElement) button.hidden = false;
}
watchCards();
document.documentElement.dataset.deskReady = "";
// Who may only look decides nothing, and nobody else's work is doubled by it.
if (document.querySelector("form.actions")) {
  watchPicks();
  watchClaims();
}
