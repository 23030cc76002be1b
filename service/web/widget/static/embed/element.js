// @ts-check
/*
 * <vestibule-comments>: its attributes say which comments these are; it loads them and the form,
 * and follows what becomes of a comment that was written here.
 */
import { Api, BASE, Refusal } from "./api.js";
import { make } from "./dom.js";
import { CommentForm } from "./form.js";
import { pollUntil } from "./poll.js";
import { pageAddress } from "./text.js";
import { CommentList } from "./thread.js";
import { plural, wordsFor } from "./words.js";

/** @typedef {import("./api.js").Comment} Comment */
/** @typedef {import("./api.js").FormSchema} FormSchema */
/** @typedef {import("./api.js").Page} Page */
/** @typedef {import("./api.js").Receipt} Receipt */

/**
 * Events that bubble from the element: `vestibule-accepted` (`detail`: id) when the server has
 * taken a comment, `vestibule-state` (`detail`: id, state) when its checks have come to a verdict.
 */
export class VestibuleComments extends HTMLElement {
  static observedAttributes = ["site", "thread-id", "url", "title", "sort"];

  #stop = new AbortController();
  #planned = false;

  connectedCallback() {
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
 * @param {VestibuleComments} host
 * @param {AbortSignal} signal
 */
async function start(host, signal) {
  const thread = {
    url: host.getAttribute("url") || pageAddress(document),
    id: host.getAttribute("thread-id"),
    title: host.getAttribute("title") || document.title || null,
  };
  const site = host.getAttribute("site") ?? "";
  const sort = host.getAttribute("sort") === "newest" ? "newest" : "oldest";
  const { lang, words } = wordsFor(
    /** @type {HTMLElement | null} */ (host.closest("[lang]"))?.lang ?? "",
  );
  const api = new Api(site, thread, signal);
  try {
    const [schema, page] = await Promise.all([api.form(lang), api.page(sort, null), styled()]);
    if (signal.aborted) return;
    const draftName = `vestibule:${site}:${thread.id ?? thread.url}`;
    new Conversation({ host, api, sort, lang, words, draftName, signal }, schema, page);
  } catch (error) {
    if (signal.aborted) return;
    const again = make("button", { type: "button", class: "vestibule-more" }, words.tryAgain);
    again.addEventListener("click", () => void start(host, signal));
    // A mistake in the embedding (an unknown site, a foreign address) is for the site's owner.
    if (error instanceof Refusal) console.warn(`vestibule-comments: ${error.message}`);
    host.replaceChildren(
      make("p", { class: "vestibule-failed", role: "alert" }, words.loadFailed, " ", again),
    );
  }
}

/** @typedef {{ host: VestibuleComments, api: Api, sort: string, lang: string, words: import("./words.js").Words, draftName: string, signal: AbortSignal }} Setting */

/** One page's comments and the form under them, from start to the next start. */
class Conversation {
  #setting;
  #heading = make("h2", { class: "vestibule-title" });
  #list;
  #more;
  #waiting = make("div", { class: "vestibule-slot" });
  #place = make("div", { class: "vestibule-place" });
  /** @type {CommentForm | undefined} */
  #form;
  /** @type {Comment | null} */
  #parent = null;
  /** @type {Comment[]} */
  #comments = [];
  /** @type {string | null} */
  #next = null;
  #pages = 1;

  /**
   * @param {Setting} setting
   * @param {FormSchema} schema
   * @param {Page} page
   */
  constructor(setting, schema, page) {
    const { host, words, lang } = setting;
    this.#setting = setting;
    this.#list = new CommentList(words, lang, (comment) => this.#answer(comment));
    this.#more = make("button", { type: "button", class: "vestibule-more" }, words.loadMore);
    this.#more.addEventListener("click", () => void this.#loadMore());
    if (schema.closed) {
      this.#place.append(make("p", { class: "vestibule-closed" }, words.closed));
    } else {
      const { draftName } = setting;
      this.#form = new CommentForm(
        { schema, words, lang, draftName },
        (fields, key) => this.#submit(fields, key),
        () => this.#answer(null),
      );
      this.#place.append(this.#form.element);
    }
    const parts = [this.#heading, this.#list.element, this.#more, this.#waiting, this.#place];
    // The host's `title` names the page for the server; without an empty one of its own the
    // whole thread would show it as a tooltip.
    host.replaceChildren(make("section", { class: "vestibule", title: "" }, ...parts));
    this.#show([page]);
  }

  /** @param {Page[]} pages from the first on */
  #show(pages) {
    const { words, lang } = this.#setting;
    const last = /** @type {Page} */ (pages.at(-1));
    this.#pages = pages.length;
    this.#comments = pages.flatMap(({ comments }) => comments);
    this.#next = last.next;
    this.#heading.textContent = last.total ? plural(words.count, last.total, lang) : words.none;
    this.#list.show(this.#comments, !this.#form || last.closed);
    this.#more.hidden = !this.#next;
    // The comment that was being answered may be gone: what was written for it is not.
    if (this.#form && !this.#place.isConnected) this.#answer(null);
  }

  async #refresh() {
    const { api, sort } = this.#setting;
    /** @type {Page[]} */
    const pages = [];
    do pages.push(await api.page(sort, pages.at(-1)?.next ?? null));
    while (pages.length < this.#pages && pages.at(-1)?.next);
    this.#show(pages);
  }

  async #loadMore() {
    const { api, sort, words, signal } = this.#setting;
    const known = this.#comments;
    try {
      const page = await api.page(sort, this.#next);
      if (signal.aborted) return;
      const pages = this.#pages + 1;
      const fresh = page.comments.find(({ id }) => !this.#list.has(id));
      this.#show([{ ...page, comments: [...known, ...page.comments] }]);
      this.#pages = pages;
      // The button may be gone; whoever reads on with the keyboard goes on at the first new one.
      if (fresh && this.#more.hidden) this.#list.focusReply(fresh.id);
    } catch {
      this.#form?.say(words.loadFailed);
    }
  }

  /**
   * Moves the form under the comment that is answered, or back.
   * @param {Comment | null} comment
   */
  #answer(comment) {
    const form = this.#form;
    if (!form) return;
    const before = this.#parent;
    this.#parent = comment;
    const slot = comment && this.#list.slot(comment.id);
    if (slot) slot.append(this.#place);
    else this.#waiting.after(this.#place);
    const name = comment?.author_name || this.#setting.words.anonymous;
    form.answer(comment && { id: comment.id, name });
    if (slot) form.focus();
    else if (before) this.#list.focusReply(before.id);
  }

  /**
   * @param {Record<string, string>} fields
   * @param {string} key
   */
  async #submit(fields, key) {
    const { api, words } = this.#setting;
    const receipt = await api.submit(fields, key);
    const notice = make("p", { class: "vestibule-own-state" }, words.pending);
    const text = make("p", { class: "vestibule-own-text" }, fields.content ?? "");
    const own = make("div", { class: "vestibule-own" }, notice, text);
    const slot = this.#parent && this.#list.slot(this.#parent.id);
    if (this.#parent) this.#answer(null);
    (slot || this.#waiting).append(own);
    this.#form?.say(words.pending);
    this.#tell("vestibule-accepted", { id: receipt.id });
    void this.#follow(receipt, own, notice);
  }

  /**
   * Waits for the verdict and shows it: an approved comment takes its place in the thread.
   * @param {Receipt} receipt
   * @param {HTMLElement} own
   * @param {HTMLElement} notice
   */
  async #follow(receipt, own, notice) {
    const { api, words, signal } = this.#setting;
    let state = receipt.state;
    const decided = async () => {
      if (state === "pending") ({ state } = await api.status(receipt.status_url));
      if (state === "pending") return false;
      // Asked again until it succeeds, like the status itself.
      if (state === "approved") await this.#refresh();
      return true;
    };
    const verdict = await pollUntil(decided, signal).catch(() => false);
    if (signal.aborted) return;
    const says = verdict ? this.#verdict(state) : words.slow;
    notice.textContent = says;
    this.#form?.say(says);
    if (!verdict) return;
    if (this.#list.has(receipt.id)) {
      own.remove();
      this.#list.markNew(receipt.id);
    }
    this.#tell("vestibule-state", { id: receipt.id, state });
  }

  /** @param {string} state */
  #verdict(state) {
    const { approved, held, rejected } = this.#setting.words;
    return { approved, held }[state] ?? rejected;
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #tell(type, detail) {
    this.#setting.host.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

/** @type {Promise<void> | undefined} */
let stylesheet;

/** Adds the stylesheet once; ready when it is, or is refused: unstyled comments beat none. */
function styled() {
  stylesheet ??= new Promise((resolve) => {
    const href = new URL("embed/vestibule.css", BASE).href;
    const link = make("link", { rel: "stylesheet", href });
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => resolve());
    document.head.append(link);
  });
  return stylesheet;
}
