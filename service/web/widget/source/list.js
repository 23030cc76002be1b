// @ts-check
/*
 * The list of comments: nested lists in reading order, one element a comment, kept across
 * refreshes, so that neither the focus nor a half-written reply is lost when new ones arrive.
 */
import { renderComment } from "./comment.js";
import { make } from "./dom.js";
import { describeTime } from "./text.js";

/** @typedef {import("./api.js").Comment} Comment */
/** @typedef {import("./comment.js").Own} Own */
/** @typedef {import("./comment.js").Setting} Setting */
/** @typedef {{ item: HTMLElement, shown: string, article: HTMLElement, slot: HTMLElement, replies: HTMLElement, name: string }} Entry */

const PREFIX = "vestibule-";

export class CommentList {
  element;
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  #setting;

  /**
   * @param {Setting} setting
   * @param {Element | null} rendered a thread that the server has rendered into the page: its
   *   elements are kept where they stand
   */
  constructor(setting, rendered) {
    this.#setting = setting;
    this.element = rendered?.querySelector(".vestibule-list") ?? make("ol", { class: "vestibule-list" });
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (
      this.element.querySelectorAll("li.vestibule-item[id]")
    )) {
      const article = /** @type {HTMLElement | null} */ (item.querySelector(":scope > article"));
      if (article) this.#keep(item.id.slice(PREFIX.length), item, article);
    }
  }

  /**
   * Shows exactly these comments, in this order; a reply whose parent is not among them stands at
   * the top level.
   * @param {Comment[]} comments
   * @param {Map<string, Own>} owned
   */
  show(comments, owned) {
    const here = new Set(comments.map(({ id }) => id));
    /** @type {Map<Element, number>} */
    const filled = new Map();
    for (const comment of comments) {
      const entry = this.#entryFor(comment, owned.get(comment.id));
      const parentId = comment.parent_id ?? "";
      const parent = here.has(parentId) ? this.#entries.get(parentId) : undefined;
      const list = parent?.replies ?? this.element;
      const at = filled.get(list) ?? 0;
      filled.set(list, at + 1);
      // An element that is where it belongs is not touched: moving it would drop the focus.
      if (list.children[at] !== entry.item) list.insertBefore(entry.item, list.children[at] ?? null);
      if (parent && !list.isConnected) parent.item.append(list);
    }
    for (const [id, { item, replies }] of this.#entries) {
      if (!here.has(id)) {
        item.remove();
        this.#entries.delete(id);
      } else if (!filled.has(replies)) replies.remove();
    }
  }

  /** @param {string} id */
  has(id) {
    return this.#entries.has(id);
  }

  /** @param {string} id */
  name(id) {
    return this.#entries.get(id)?.name || this.#setting.words.anonymous;
  }

  /**
   * Where what is done about this comment stands: a reply, a report.
   * @param {string} id
   */
  slot(id) {
    return this.#entries.get(id)?.slot;
  }

  /**
   * Leads to a comment and marks it; `focus` for whoever came by a link or a button.
   * @param {string} id
   * @param {boolean} focus
   */
  mark(id, focus) {
    const article = this.#entries.get(id)?.article;
    if (!article) return;
    this.element.querySelector(".vestibule-new")?.classList.remove("vestibule-new");
    article.classList.add("vestibule-new");
    if (!focus) return;
    article.tabIndex = -1;
    article.focus({ preventScroll: true });
    article.scrollIntoView({ block: "start" });
  }

  /**
   * @param {string} id
   * @param {string} action
   */
  focusButton(id, action) {
    /** @type {HTMLElement | null | undefined} */ (
      this.#entries.get(id)?.article.querySelector(`[data-action=${action}]`)
    )?.focus();
  }

  /** Says again how long ago everything was. */
  tellTimes() {
    for (const time of this.element.querySelectorAll("time")) {
      const says = describeTime(new Date(time.dateTime), new Date(), this.#setting.lang);
      if (time.textContent !== says) time.textContent = says;
    }
  }

  /**
   * @param {Comment} comment
   * @param {Own | undefined} own
   * @returns {Entry}
   */
  #entryFor(comment, own) {
    const shown = JSON.stringify([comment, own, this.#setting.closed]);
    const known = this.#entries.get(comment.id);
    if (known?.shown === shown) return known;
    const article = renderComment(comment, own, this.#setting);
    let entry = known;
    if (known) {
      // Whoever had unfolded or been led to the comment still has.
      if (known.article.classList.contains("vestibule-new")) article.classList.add("vestibule-new");
      known.article.replaceWith(article);
    } else {
      const item = make("li", { class: "vestibule-item", id: PREFIX + comment.id }, article);
      entry = this.#keep(comment.id, item, article);
    }
    return Object.assign(/** @type {Entry} */ (entry), { article, shown, name: comment.author_name });
  }

  /**
   * @param {string} id
   * @param {HTMLElement} item
   * @param {HTMLElement} article
   */
  #keep(id, item, article) {
    /** @param {string} name */
    const there = (name) => /** @type {HTMLElement | null} */ (item.querySelector(`:scope > .vestibule-${name}`));
    const slot = there("slot") ?? make("div", { class: "vestibule-slot" });
    article.after(slot);
    const replies = there("replies") ?? make("ol", { class: "vestibule-list vestibule-replies" });
    const entry = { item, article, slot, replies, shown: "", name: "" };
    this.#entries.set(id, entry);
    return entry;
  }
}

/**
 * The comment in which something happened.
 * @param {Element} element
 */
export function commentAt(element) {
  return element.closest("li.vestibule-item")?.id.slice(PREFIX.length) ?? "";
}
