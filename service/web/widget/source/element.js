// @ts-check
/*
 * <vestibule-comments>: its attributes say which comments these are; once it is near what the
 * reader sees it loads them and the form.
 */
import { Api, BASE } from "./api.js";
import { Conversation, isLead, warnOwner } from "./conversation.js";
import { button, make } from "./dom.js";
import { untilNear } from "./poll.js";
import { pageAddress } from "./text.js";
import { wordsFor } from "./words.js";
import css from "./vestibule.css";

/**
 * Events that bubble from the element: `vestibule-accepted` (`detail`: id) when the server has
 * taken a comment, `vestibule-state` (`detail`: id, state) when its checks have come to a verdict.
 * Its attribute `state` is `loading`, `ready` or `failed`.
 */
export class VestibuleComments extends HTMLElement {
  static observedAttributes = ["site", "thread-id", "url", "title", "sort", "lang"];

  #stop = new AbortController();
  #planned = false;

  connectedCallback() {
    addStyle();
    this.#plan();
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  attributeChangedCallback() {
    this.#plan();
  }

  /** Several attributes that change together make one new start. */
  #plan() {
    if (this.#planned || !this.isConnected) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#stop.abort();
      if (!this.isConnected) return;
      this.#stop = new AbortController();
      void start(this, this.#stop.signal);
    });
  }
}

/**
 * @param {HTMLElement} host
 * @param {AbortSignal} signal
 */
async function start(host, signal) {
  if (!isLead()) await untilNear(host, signal);
  if (signal.aborted) return;
  host.setAttribute("state", "loading");
  const thread = {
    url: pageAddress(document, host.getAttribute("url")),
    id: host.getAttribute("thread-id"),
    title: host.getAttribute("title") || document.title || null,
  };
  const site = host.getAttribute("site") ?? "";
  const sort = host.getAttribute("sort") === "newest" ? "newest" : "oldest";
  const tag = /** @type {HTMLElement | null} */ (host.closest("[lang]"))?.lang || navigator.language;
  const api = new Api(site, thread, signal);
  const asked = Promise.all([wordsFor(tag), api.page(sort, null)]);
  const form = api.form(tag);
  form.catch(() => {});
  try {
    const [language, page] = await asked;
    if (signal.aborted) return;
    // Nobody who writes into the form that the server has rendered loses it, or a word, meanwhile.
    if (host.querySelector("form")) await form.catch(() => {});
    const typed = typedInto(host);
    const writing = /** @type {HTMLInputElement | null} */ (document.activeElement)?.name;
    const conversation = new Conversation({ host, api, site, threadName: "", sort, language, signal }, page);
    host.setAttribute("state", "ready");
    /** @param {Promise<import("./api.js").FormSchema>} answer */
    const addForm = async (answer) => {
      try {
        const schema = await answer;
        if (!signal.aborted) conversation.addForm(schema, typed);
        if (writing) /** @type {any} */ (host.querySelector("form")?.elements.namedItem(writing))?.focus();
      } catch (error) {
        warnOwner(error);
        if (!signal.aborted) conversation.offerForm(() => void addForm(api.form(tag)));
      }
    };
    await addForm(form);
  } catch (error) {
    if (signal.aborted) return;
    warnOwner(error);
    const { words } = await wordsFor(tag);
    const again = button("again", words.tryAgain);
    const notice = make("p", { class: "vestibule-failed", role: "alert" }, words.loadFailed, " ", again);
    again.addEventListener("click", () => {
      notice.remove();
      void start(host, signal);
    });
    host.setAttribute("state", "failed");
    // Comments that the server has rendered stay.
    host.prepend(notice);
  }
}

/**
 * @param {HTMLElement} host
 * @returns {Record<string, string>}
 */
function typedInto(host) {
  const inputs = host.querySelectorAll("form [name]:not([type=hidden])");
  return Object.fromEntries(
    [.../** @type {NodeListOf<HTMLInputElement>} */ (inputs)].map(({ name, value }) => [name, value]),
  );
}

let styled = false;

/**
 * Adds the stylesheet once. It came with the script; only browsers that take none that way ask for
 * it as a file.
 */
function addStyle() {
  if (styled) return;
  styled = true;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets.push(sheet);
  } catch {
    const href = new URL("embed/vestibule.css", BASE).href;
    document.head.prepend(make("link", { rel: "stylesheet", href }));
  }
}
