// @ts-check
/*
 * What an author is shown of their own comments, without an account: the receipts in this browser
 * say which they are, and their tokens open the doors. Loads for those who write.
 */
import { pollUntil } from "./poll.js";
import { Receipts } from "./receipts.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./api.js").Comment} Comment */
/** @typedef {import("./api.js").Receipt} Receipt */
/** @typedef {import("./api.js").Status} Status */
/** @typedef {import("./comment.js").Own} Own */
/** @typedef {import("./receipts.js").OwnReceipt} OwnReceipt */

const FOUND_NOTHING = 404;

export class OwnComments {
  #api;
  #receipts;
  #signal;
  #windowMs = 0;
  #lang;
  /** @type {Map<string, Status>} what the server has said of each, this time */
  #told = new Map();

  /**
   * @param {Api} api
   * @param {string} site
   * @param {string} thread
   * @param {string} lang of the reasons
   * @param {AbortSignal} signal
   */
  constructor(api, site, thread, lang, signal) {
    this.#api = api;
    this.#lang = lang;
    this.#receipts = new Receipts(site, thread);
    this.#signal = signal;
  }

  /** @param {number} minutes for how long after posting a comment may be changed */
  set windowMinutes(minutes) {
    this.#windowMs = minutes * 60_000;
  }

  /**
   * @param {Receipt} receipt
   * @param {Record<string, string>} fields what was sent
   */
  add({ id, state, status_url, edit_token }, { content, parent_id, author_name, author_url }) {
    this.#receipts.put({
      id,
      state,
      statusUrl: status_url,
      editToken: edit_token,
      text: content ?? "",
      name: author_name ?? "",
      url: author_url ?? null,
      parentId: parent_id ?? null,
      at: Date.now(),
      edit: null,
    });
  }

  /** @param {string} id */
  find(id) {
    return this.#receipts.find(id);
  }

  /** @param {string} id */
  forget(id) {
    this.#receipts.drop(id);
  }

  /**
   * The thread with the author's own comments where they will stand, and what to say of each.
   * @param {Comment[]} comments
   * @param {boolean} newestFirst
   * @returns {{ all: Comment[], owned: Map<string, Own> }}
   */
  among(comments, newestFirst) {
    const shown = new Map(comments.map((one) => [one.id, one]));
    /** @type {Map<string, Own>} */
    const owned = new Map();
    const all = [...comments];
    for (const receipt of this.#receipts.list()) {
      const { id, parentId } = receipt;
      const published = shown.get(id);
      if (published ? published.removed : receipt.state === "approved") continue;
      owned.set(id, this.#describe(receipt, published !== undefined));
      if (published) continue;
      const waiting = asComment(receipt);
      if (newestFirst && !(parentId && shown.has(parentId))) all.unshift(waiting);
      else all.push(waiting);
    }
    return { all, owned };
  }

  /**
   * Waits until the checks have come to a verdict on a comment, or on its edit.
   * @param {string} id
   * @param {(state: string, edit: string | null) => Promise<void>} tell asked again until it succeeds
   * @returns {Promise<boolean>} false if that takes too long
   */
  follow(id, tell) {
    return pollUntil(async () => {
      await this.#ask(id);
      const { state = "removed", edit = null } = this.find(id) ?? {};
      if (state === "pending" || edit === "pending") return false;
      await tell(state, edit);
      return true;
    }, this.#signal);
  }

  /**
   * Asks what has become of those that waited.
   * @returns {Promise<string[]>} ids that still wait for checks
   */
  async review() {
    const waits = (/** @type {OwnReceipt} */ { state, edit }) => state !== "approved" || edit;
    const waiting = this.#receipts.list().filter(waits).slice(-5);
    await Promise.all(waiting.map(({ id }) => this.#ask(id)));
    const pending = this.#receipts.list().filter(({ state, edit }) => state === "pending" || edit === "pending");
    return pending.map(({ id }) => id);
  }

  /**
   * Notes that an edit has been sent. The text that is shown changes once the edit is approved.
   * @param {string} id
   * @param {string} text
   */
  noteEdit(id, text) {
    this.#receipts.put({ id, text, edit: "pending" });
  }

  /** @param {string} id */
  noteAppeal(id) {
    const told = this.#told.get(id);
    if (told) told.can_appeal = false;
  }

  /**
   * Asks what has become of a comment. One that its author has deleted is forgotten.
   * @param {string} id
   */
  async #ask(id) {
    const receipt = this.find(id);
    if (!receipt) return;
    try {
      const told = await this.#api.status(receipt.statusUrl, this.#lang);
      const { state, statement } = told;
      const edit = told.edit === "approved" ? null : told.edit;
      this.#told.set(id, told);
      if (state === "removed" && !statement) this.forget(id);
      else if (state !== receipt.state || edit !== receipt.edit) this.#receipts.put({ id, state, edit });
    } catch (error) {
      if (/** @type {import("./api.js").Refusal} */ (error).status !== FOUND_NOTHING) throw error;
      this.forget(id);
    }
  }

  /**
   * @param {OwnReceipt} receipt
   * @param {boolean} published
   * @returns {Own}
   */
  #describe({ id, at, statusUrl, state, edit, text }, published) {
    const open = Date.now() - at < this.#windowMs;
    const told = this.#told.get(id);
    return {
      state: published ? "approved" : state,
      reason: told?.statement?.reason ?? "",
      edit: published ? edit : null,
      statusUrl,
      text,
      canEdit: open && published,
      canDelete: open && /pending|held|approved/.test(state),
      canAppeal: told?.can_appeal ?? false,
    };
  }
}

/**
 * @param {OwnReceipt} receipt
 * @returns {Comment}
 */
function asComment({ id, parentId, name, url, at }) {
  return {
    id,
    parent_id: parentId,
    author_name: name,
    author_url: url,
    avatar: "",
    content_html: "",
    created_at: new Date(at).toISOString(),
    removed: false,
  };
}
