// @ts-check
/*
 * One page's comments and the form under them, from start to the next start: what is shown, and
 * what its buttons do.
 */
import { load } from "./api.js";
import { button, make } from "./dom.js";
import { explain } from "./explain.js";
import { CommentForm } from "./form.js";
import { recall } from "./keep.js";
import { CommentList, commentAt } from "./list.js";
import { watch } from "./poll.js";
import { fill, plural } from "./text.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./api.js").Comment} Comment */
/** @typedef {import("./api.js").FormSchema} FormSchema */
/** @typedef {import("./api.js").Page} Page */
/** @typedef {import("./own.js").OwnComments} OwnComments */
/** @typedef {import("./words.js").Language} Language */
/** @typedef {{ host: HTMLElement, api: Api, site: string, threadName: string, sort: string, language: Language, signal: AbortSignal }} Setting */

const LIMIT_OF_A_LEAD = 20;
const TIMES_MS = 60_000;
const PREFIX = "#vestibule-";

/** Whether an address leads to a comment, or back from a form that was sent without scripts. */
export const isLead = () => location.hash.startsWith(PREFIX);

export class Conversation {
  #setting;
  #heading = make("h2", { class: "vestibule-title" });
  #order = make("select", { class: "vestibule-input" });
  #bar;
  #fresh;
  #list;
  #more;
  #place = make("div", { class: "vestibule-place" });
  /** @type {Promise<OwnComments> | undefined} */
  #owning;
  /** @type {OwnComments | undefined} */
  #own;
  #windowMinutes = 0;
  /** @type {CommentForm | undefined} */
  #form;
  /** @type {string | null} */
  #parentId = null;
  #sort;
  /** @type {Page[]} */
  #pages = [];
  /** @type {Page[] | undefined} what has come since, not yet shown */
  #arrived;
  #listSetting;

  /**
   * Draws the thread, in the place of the one that the server may have rendered.
   * @param {Setting} setting
   * @param {Page} page the first one
   */
  constructor(setting, page) {
    const { host, sort, language, signal } = setting;
    const { words, lang } = language;
    this.#setting = setting;
    this.#sort = sort;
    this.#fresh = button("fresh", "", { hidden: true });
    this.#more = button("more", words.loadMore);
    for (const value of /** @type {const} */ (["oldest", "newest"])) {
      this.#order.append(make("option", { value, selected: value === sort }, words[value]));
    }
    this.#order.addEventListener("change", () => void this.#reorder());
    this.#bar = make("label", { class: "vestibule-order" }, words.order, " ", this.#order);
    this.#listSetting = { words, lang, closed: page.closed, canReport: true };
    this.#list = new CommentList(this.#listSetting, host.querySelector(".vestibule"));
    const section = make(
      "section",
      // The host's `title` names the page for the server; without an empty one of its own the
      // whole thread would show it as a tooltip.
      { class: "vestibule", title: "", lang, dir: words.direction ?? "ltr" },
      make("div", { class: "vestibule-bar" }, this.#heading, this.#bar),
      // Told to those who do not see a button appear.
      make("div", { role: "status" }, this.#fresh),
      this.#list.element,
      this.#more,
      this.#place,
    );
    section.addEventListener("click", (event) => this.#click(event));
    section.addEventListener("keydown", (event) => {
      const slot = event.key === "Escape" && event.target instanceof Element && event.target.closest(".vestibule-slot");
      if (slot) this.#close(commentAt(slot));
    });
    host.replaceChildren(section);
    this.#show([page]);
    void this.#live();
    window.addEventListener("hashchange", () => void this.#followLead(), { signal });
    void this.#followLead();
  }

  /**
   * Puts the form under the thread.
   * @param {FormSchema} schema
   * @param {Record<string, string>} typed
   */
  addForm(schema, typed) {
    const { api, language, site } = this.#setting;
    // The server's name for the page: `?fbclid=` hides nobody's draft, or comment, from its author.
    const threadName = (this.#setting.threadName = schema.thread);
    this.#windowMinutes = schema.edit_window_minutes;
    if (schema.closed) {
      // The heading says that they are switched off.
      const closed = make("p", { class: "vestibule-closed" }, language.words.closed);
      this.#place.replaceChildren(schema.off ? "" : closed);
    } else {
      this.#form = new CommentForm(
        { schema, language, api, draftName: `${site}:${threadName}`, typed },
        (fields, key) => this.#submit(fields, key),
      );
      this.#place.replaceChildren(this.#form.element);
      const { parentId } = this.#form;
      if (parentId) this.#answer(this.#list.has(parentId) ? parentId : null, false);
      const state = location.hash.slice(PREFIX.length);
      if (isLead() && /^(pending|held|rejected|approved)$/.test(state)) this.#form.say(this.#verdict(state));
    }
    this.#show(this.#pages);
    void this.#catchUp();
  }

  /**
   * Says that there is no form, and offers to ask again.
   * @param {() => void} again
   */
  offerForm(again) {
    const { words } = this.#setting.language;
    const retry = button("again", words.tryAgain);
    retry.addEventListener("click", again);
    this.#place.replaceChildren(make("p", { class: "vestibule-failed", role: "alert" }, words.loadFailed, " ", retry));
  }

  // -- what is shown -------------------------------------------------------------------------------

  /** @param {Page[]} pages from the first on */
  #show(pages) {
    const { words, lang } = this.#setting.language;
    const first = /** @type {Page} */ (pages[0]);
    this.#pages = pages;
    this.#arrived = undefined;
    this.#fresh.hidden = true;
    this.#heading.textContent = first.off ? words.off : first.total ? plural(words.count, first.total, lang) : words.none;
    this.#bar.hidden = first.total < 2;
    this.#listSetting.closed = !this.#form || first.closed;
    this.#draw(pages);
    this.#more.hidden = !pages.at(-1)?.next;
    // The comment that was being answered may be gone: what was written for it is not.
    if (this.#form && !this.#place.isConnected) this.#answer(null);
  }

  /** @param {Page[]} pages */
  #draw(pages) {
    const comments = commentsOf(pages);
    const own = this.#own?.among(comments, this.#sort === "newest");
    this.#list.show(own?.all ?? comments, own?.owned ?? new Map());
  }

  /** @returns {Promise<Page[]>} as many pages as are shown, as they are now */
  async #load() {
    /** @type {Page[]} */
    const pages = [];
    do pages.push(await this.#setting.api.page(this.#sort, pages.at(-1)?.next ?? null));
    while (pages.length < this.#pages.length && pages.at(-1)?.next);
    return pages;
  }

  async #reorder() {
    this.#sort = this.#order.value;
    this.#pages = [];
    await this.#attempt(async () => this.#show(await this.#load()));
  }

  async #loadMore() {
    const before = new Set(commentsOf(this.#pages).map(({ id }) => id));
    await this.#attempt(async () => {
      const page = await this.#setting.api.page(this.#sort, this.#pages.at(-1)?.next ?? null);
      if (this.#setting.signal.aborted) return;
      const fresh = page.comments.find(({ id }) => !before.has(id));
      const focused = document.activeElement === this.#more;
      this.#show([...this.#pages, page]);
      // The button may be gone; whoever reads on with the keyboard goes on at the first new one.
      if (fresh && focused && this.#more.hidden) this.#list.mark(fresh.id, true);
    });
  }

  /** @param {() => Promise<void>} load */
  async #attempt(load) {
    try {
      await load();
    } catch {
      this.#form?.say(this.#setting.language.words.loadFailed);
    }
  }

  /** Follows what happens in the thread. New comments wait for a click: nothing moves by itself. */
  #live() {
    const { signal, language, api } = this.#setting;
    const timer = setInterval(() => this.#list.tellTimes(), TIMES_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
    return watch(async () => {
      await this.#own?.review();
      const first = await api.page(this.#sort, null);
      if (first.etag === (this.#arrived ?? this.#pages)[0]?.etag) return false;
      const pages = await this.#load();
      if (signal.aborted) return false;
      const fresh = commentsOf(pages).filter(({ id }) => !this.#list.has(id));
      if (!fresh.length) this.#show(pages);
      else {
        // What was changed or removed is brought up to date at once.
        const known = pages.map((page) => ({ ...page, comments: page.comments.filter(({ id }) => this.#list.has(id)) }));
        this.#draw(known);
        this.#arrived = pages;
        this.#fresh.textContent = plural(language.words.fresh, fresh.length, language.lang);
        this.#fresh.hidden = false;
      }
      return true;
    }, signal).catch(() => {});
  }

  async #followLead() {
    const id = location.hash.slice(PREFIX.length);
    if (!isLead() || !/^[0-9a-f-]{36}$/.test(id)) return;
    for (let at = 0; at < LIMIT_OF_A_LEAD && !this.#list.has(id) && !this.#more.hidden; at++) await this.#loadMore();
    this.#list.mark(id, true);
  }

  // -- what is done --------------------------------------------------------------------------------

  /** @param {MouseEvent} event */
  #click(event) {
    const target = event.target instanceof Element && event.target.closest("[data-action]");
    if (!target) return;
    const id = commentAt(target);
    /** @type {Record<string, () => unknown>} */
    const actions = {
      reply: () => this.#answer(id),
      cancel: () => this.#answer(null),
      preview: () => this.#form?.preview(),
      more: () => this.#loadMore(),
      fresh: () => this.#showArrived(),
      unfold: () => this.#unfold(target),
      close: () => this.#close(id),
      hide: () => this.#hide(id),
    };
    const action = target.getAttribute("data-action") ?? "";
    void (actions[action] ?? (() => this.#open(action, id)))();
  }

  #showArrived() {
    const pages = this.#arrived;
    if (!pages) return;
    const fresh = commentsOf(pages).find(({ id }) => !this.#list.has(id));
    this.#show(pages);
    if (fresh) this.#list.mark(fresh.id, true);
  }

  /** @param {Element} target */
  #unfold(target) {
    const { words } = this.#setting.language;
    const open = target.getAttribute("aria-expanded") === "false";
    target.setAttribute("aria-expanded", String(open));
    target.parentElement?.classList.toggle("vestibule-folded", !open);
    target.textContent = open ? words.showLess : words.showAll;
  }

  /**
   * Moves the form under the comment that is answered, or back.
   * @param {string | null} id
   * @param {boolean} [focus]
   */
  #answer(id, focus = true) {
    const form = this.#form;
    if (!form) return;
    const before = this.#parentId;
    const slot = id && this.#list.slot(id);
    this.#parentId = slot ? id : null;
    if (slot) slot.append(this.#place);
    else this.#more.after(this.#place);
    form.answer(slot ? { id, name: this.#list.name(id) } : null);
    if (slot && focus) form.focus();
    else if (before && focus) this.#list.focusButton(before, "reply");
  }

  /**
   * @param {Record<string, string>} fields
   * @param {string} key
   */
  async #submit(fields, key) {
    const own = await this.#loadOwn();
    const receipt = await this.#setting.api.submit(fields, key);
    own.add(receipt, fields);
    if (this.#parentId) this.#answer(null, false);
    this.#form?.focus();
    this.#draw(this.#pages);
    this.#form?.say(this.#setting.language.words.pending);
    this.#tell("vestibule-accepted", { id: receipt.id });
    void this.#follow(receipt.id);
  }

  /**
   * Waits for the verdict and shows it: an approved comment takes its place in the thread.
   * @param {string} id
   */
  async #follow(id) {
    const own = await this.#loadOwn();
    const done = await own
      .follow(id, async (state, edit) => {
        if (state === "approved") this.#show(await this.#load());
        else this.#draw(this.#pages);
        if (state === "approved") this.#list.mark(id, false);
        this.#form?.say(edit ? this.#setting.language.words.editPending : this.#verdict(state));
        this.#tell("vestibule-state", { id, state });
      })
      .catch(() => false);
    if (!done && !this.#setting.signal.aborted) this.#form?.say(this.#setting.language.words.slow);
  }

  /** What became of the comments that waited when the page was last left. */
  async #catchUp() {
    const { site, threadName } = this.#setting;
    const kept = recall(`own:${site}`);
    if (!(Array.isArray(kept) && kept.some((one) => one?.thread === threadName))) return;
    try {
      const own = await this.#loadOwn();
      this.#draw(this.#pages);
      const pending = await own.review();
      this.#draw(this.#pages);
      for (const id of pending) void this.#follow(id);
    } catch {
      // Another time: what waits is shown as it was last known.
    }
  }

  /** @param {string} state */
  #verdict(state) {
    const { pending, approved, held, rejected } = this.#setting.language.words;
    return { pending, approved, held }[state] ?? rejected;
  }

  // -- what is done at a comment -------------------------------------------------------------------

  /**
   * Asks what a deed at a comment needs to know: why to report it, what to write instead. That loads
   * when somebody first wants it.
   * @param {string} deed
   * @param {string} id
   */
  async #open(deed, id) {
    const { api, language } = this.#setting;
    const slot = this.#list.slot(id);
    if (!slot) return;
    try {
      const { open } = await load("deeds");
      open(deed, { id, slot, api, language, own: this.#own, name: this.#list.name(id), make, button, fill, explain,
        draw: () => this.#draw(this.#pages),
        follow: () => this.#follow(id),
        reload: async () => this.#show(await this.#load()),
        say: (/** @type {string} */ text) => this.#form?.say(text),
        focus: () => this.#form?.focus(),
      });
    } catch {
      this.#form?.say(language.words.loadFailed);
    }
  }

  /** @param {string} id */
  #close(id) {
    const panel = this.#list.slot(id)?.querySelector(":scope > .vestibule-panel");
    if (!panel) return this.#answer(null);
    panel.remove();
    this.#list.focusButton(id, panel.getAttribute("data-deed") ?? "");
  }

  /**
   * What the author is shown of their own comments; there is none for those who only read.
   * @returns {Promise<OwnComments>}
   */
  #loadOwn() {
    const { api, site, threadName, language, signal } = this.#setting;
    const loading = (this.#owning ??= load("own").then(({ OwnComments }) => {
      const own = new OwnComments(api, site, threadName, language.lang, signal);
      own.windowMinutes = this.#windowMinutes;
      return (this.#own = own);
    }));
    loading.catch(() => (this.#owning = undefined));
    return loading;
  }

  /** @param {string} id */
  #hide(id) {
    this.#own?.forget(id);
    this.#draw(this.#pages);
    this.#form?.focus();
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #tell(type, detail) {
    this.#setting.host.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

/**
 * The comments of pages that were asked for at different moments: each once.
 * @param {Page[]} pages
 */
function commentsOf(pages) {
  return [...new Map(pages.flatMap(({ comments }) => comments).map((one) => [one.id, one])).values()];
}

/**
 * Whether a mistake in the embedding (an unknown site, a foreign address) is to blame: that is for
 * the site's owner to see.
 * @param {unknown} error
 */
export function warnOwner(error) {
  const { status, message } = /** @type {import("./api.js").Refusal} */ (error);
  if (status) console.warn(`vestibule-comments: ${message}`);
}
