// @ts-check
/*
 * The list of comments: nested lists in reading order, one element a comment, kept across
 * refreshes, so that neither the focus nor a half-written reply is lost when new ones arrive.
 */
import { make, makeSvg, showHtml } from "./dom.js";
import { avatarPattern, describeFully, describeTime } from "./text.js";
import { fill } from "./words.js";

/** @typedef {import("./api.js").Comment} Comment */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {{ item: HTMLLIElement, shown: string, article: HTMLElement, slot: HTMLElement, replies: HTMLOListElement }} Entry */

export class CommentList {
  element = make("ol", { class: "vestibule-list" });
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  #words;
  #lang;
  #onReply;

  /**
   * @param {Words} words
   * @param {string} lang
   * @param {(comment: Comment) => void} onReply
   */
  constructor(words, lang, onReply) {
    this.#words = words;
    this.#lang = lang;
    this.#onReply = onReply;
  }

  /**
   * Shows exactly these comments, in this order; a reply whose parent is not among them stands at
   * the top level.
   * @param {Comment[]} comments
   * @param {boolean} closed
   */
  show(comments, closed) {
    const here = new Set(comments.map(({ id }) => id));
    /** @type {Map<HTMLOListElement, number>} */
    const filled = new Map();
    for (const comment of comments) {
      const entry = this.#entryFor(comment, closed);
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
      } else if (!replies.children.length) replies.remove();
    }
  }

  /** @param {string} id */
  has(id) {
    return this.#entries.has(id);
  }

  /**
   * Where a reply to this comment is written, and stands while it waits.
   * @param {string} id
   */
  slot(id) {
    return this.#entries.get(id)?.slot;
  }

  /**
   * Marks a comment that has just appeared.
   * @param {string} id
   */
  markNew(id) {
    this.#entries.get(id)?.article.classList.add("vestibule-new");
  }

  /** @param {string} id */
  focusReply(id) {
    /** @type {HTMLElement | null | undefined} */ (
      this.#entries.get(id)?.article.querySelector(".vestibule-reply")
    )?.focus();
  }

  /**
   * @param {Comment} comment
   * @param {boolean} closed
   * @returns {Entry}
   */
  #entryFor(comment, closed) {
    const shown = JSON.stringify([comment, closed]);
    const known = this.#entries.get(comment.id);
    if (known?.shown === shown) return known;
    const article = this.#article(comment, closed);
    if (known) {
      known.article.replaceWith(article);
      return Object.assign(known, { article, shown });
    }
    const slot = make("div", { class: "vestibule-slot" });
    const item = make("li", { class: "vestibule-item", id: `vestibule-${comment.id}` }, article, slot);
    const replies = make("ol", { class: "vestibule-list vestibule-replies" });
    const entry = { item, article, slot, replies, shown };
    this.#entries.set(comment.id, entry);
    return entry;
  }

  /**
   * @param {Comment} comment
   * @param {boolean} closed
   */
  #article(comment, closed) {
    const words = this.#words;
    if (comment.removed) {
      return make(
        "article",
        { class: "vestibule-comment vestibule-removed" },
        make("p", {}, words.removed),
      );
    }
    const name = comment.author_name || words.anonymous;
    const nameId = `vestibule-${comment.id}-name`;
    const content = make("div", { class: "vestibule-content" });
    showHtml(content, comment.content_html);
    const article = make(
      "article",
      { class: "vestibule-comment", "aria-labelledby": nameId },
      make(
        "header",
        { class: "vestibule-head" },
        avatar(comment.avatar),
        make("h3", { class: "vestibule-author", id: nameId }, authorName(name, comment.author_url)),
        this.#permalink(comment),
      ),
      content,
    );
    if (!closed) {
      const label = fill(words.replyTo, { name });
      const reply = make(
        "button",
        { type: "button", class: "vestibule-reply", "aria-label": label },
        words.reply,
      );
      reply.addEventListener("click", () => this.#onReply(comment));
      article.append(make("footer", { class: "vestibule-foot" }, reply));
    }
    return article;
  }

  /** @param {Comment} comment */
  #permalink(comment) {
    const then = new Date(comment.created_at);
    const time = make(
      "time",
      { datetime: comment.created_at, title: describeFully(then, this.#lang) },
      describeTime(then, new Date(), this.#lang),
    );
    return make("a", { class: "vestibule-when", href: `#vestibule-${comment.id}` }, time);
  }
}

/**
 * @param {string} name
 * @param {string | null} url
 */
function authorName(name, url) {
  // The server checks addresses; a link that runs a script would be worth checking twice.
  if (!url || !/^https?:\/\//i.test(url)) return name;
  return make("a", { href: url, rel: "nofollow ugc noopener" }, name);
}

/** @param {string} id */
function avatar(id) {
  const { colour, cells } = avatarPattern(id);
  const rects = cells.map(([x, y]) =>
    makeSvg("rect", { x: `${x}`, y: `${y}`, width: "1", height: "1" }),
  );
  return makeSvg(
    "svg",
    {
      class: `vestibule-avatar vestibule-avatar-${colour}`,
      viewBox: "-1 -1 7 7",
      "aria-hidden": "true",
    },
    ...rects,
  );
}
