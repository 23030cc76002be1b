// @ts-check
/**
 * Tells others which comment is looked at here, and shows what they look at. It hinders nobody, and
 * rests while the page is hidden.
 */
import { cards, currentCard } from "./cards.js";

const EVERY_SECONDS = 20;

/** @type {HTMLElement | null} */
let claimed = null;
let asking = false;

/** @param {HTMLElement} card */
const place = (card) => `${card.dataset.site}.${card.dataset.comment}`;

const ask = async () => {
  const csrf = document.querySelector("input[name=csrf]");
  if (asking || document.hidden || !(csrf instanceof HTMLInputElement)) return;
  asking = true;
  const card = currentCard();
  claimed = card;
  try {
    const answer = await fetch("/desk/claims", {
      method: "POST",
      redirect: "error",
      body: new URLSearchParams({
        csrf: csrf.value,
        at: card ? place(card) : "",
        shown: cards().map(place).join(","),
      }),
    });
    if (answer.ok) show(await answer.json());
  } catch {
    // The server is away, or the session has ended: what is decided next says so.
  } finally {
    asking = false;
  }
  if (claimed !== currentCard()) ask();
};

/** @param {Record<string, string>} others */
const show = (others) => {
  for (const card of cards()) {
    const name = others[card.dataset.comment ?? ""];
    const line = card.querySelector("[data-claim]");
    if (line) line.textContent = name ? `${name} is looking at this` : "";
  }
};

export const watchClaims = () => {
  document.addEventListener("focusin", () => {
    if (currentCard() !== claimed) ask();
  });
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, EVERY_SECONDS * 1000);
  ask();
};
