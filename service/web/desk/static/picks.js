// @ts-check
/** Ticks at comments: single ones, ranges with Shift, and how many there are. */
import { cards } from "./cards.js";

/** @type {Element | null} */
let last = null;

/** @param {Element | null} card */
const boxOf = (card) => {
  const box = card?.querySelector(".pick input");
  return box instanceof HTMLInputElement ? box : null;
};

/**
 * Tick or untick a comment, or with `range` all from the last one that was ticked to this one.
 * @param {Element | null} card
 * @param {boolean} range
 */
export const pick = (card, range) => {
  const box = boxOf(card);
  if (!box) return;
  box.checked = range || !box.checked;
  spread(card, range);
};

/**
 * @param {Element | null} card
 * @param {boolean} range
 */
const spread = (card, range) => {
  const all = cards();
  const [from, to] = [last, card].map((one) => all.findIndex((other) => other === one));
  if (range && from !== undefined && to !== undefined && from >= 0 && to >= 0) {
    const checked = boxOf(card)?.checked ?? true;
    for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      const box = boxOf(one);
      if (box) box.checked = checked;
    }
  }
  last = card;
  count();
};

const count = () => {
  const picked = cards().filter((one) => boxOf(one)?.checked);
  for (const one of cards()) one.toggleAttribute("data-picked", picked.includes(one));
  const place = document.querySelector("[data-picked-count]");
  if (place) place.textContent = picked.length ? String(picked.length) : "";
  const scope = document.querySelector("#bulk input[value=picked]");
  if (picked.length && scope instanceof HTMLInputElement) scope.checked = true;
};

export const watchPicks = () => {
  document.addEventListener("click", (event) => {
    const { target } = event;
    if (target instanceof HTMLInputElement && target.closest(".pick")) {
      spread(target.closest(".card"), event.shiftKey);
    }
  });
  document.body.addEventListener("htmx:afterSettle", count);
  // A page that is come back to may have kept its ticks.
  count();
};
