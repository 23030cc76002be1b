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
/** @typedef {import("./comment.js").Own} Own */
/** @typedef {import("./receipts.js").OwnReceipt} OwnReceipt */

const FOUND_NOTHING = 404;

export class OwnComments {
  #api;
  #receipts;
  #signal;
  #windowMs = 0;
  /** @type {Map<string, Comment>} what is published */
  #shown = new Map();
  /** @type {Set<string>} the rejected ones that may be objected to */
  #appealable = new Set();

  /**
   * @param {Api} api
   * @param {string} site
   * @param {string} thread
   * @param {AbortSignal} signal
   */
  constructor(api, site, thread, signal) {
    this.#api = api;
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
    const shown = (this.#shown = new Map(comments.map((one) => [one.id, one])));
    /** @type {Map<string, Own>} */
    const owned = new Map();
    const all = [...comments];
    for (const receipt of this.#receipts.list()) {
      const { id, parentId } = receipt;
      const published = shown.get(id);
      if (published ? published.removed : receipt.state === "approved") continue;
      owned.set(id, this.#describe(receipt, published));
      if (published) continue;
      const waiting = asComment(receipt);
      if (newestFirst && !(parentId && shown.has(parentId))) all.unshift(waiting);
      else all.push(waiting);
    }
    return { all, owned };
  }

  /**
   * Waits until the checks have come to a verdict on a comment.
   * @param {string} id
   * @param {(state: string) => Promise<void>} tell asked again until it succeeds
   * @returns {Promise<boolean>} false if that takes too long
   */
  follow(id, tell) {
    return pollUntil(async () => {
      const state = await this.#ask(id);
      if (state === "pending") return false;
      await tell(state);
      return true;
    }, this.#signal);
  }

  /** Asks what has become of those that waited. @returns {Promise<string[]>} ids that still wait for checks */
  async review() {
    const waiting = this.#receipts.list().filter(({ state }) => state !== "approved").slice(-5);
    const states = await Promise.all(waiting.map(({ id }) => this.#ask(id)));
    return waiting.filter((_, at) => states[at] === "pending").map(({ id }) => id);
  }

  /**
   * Notes that an edit has been sent. The text that is shown changes once the edit is approved.
   * @param {string} id
   * @param {string} text
   */
  noteEdit(id, text) {
    this.#receipts.put({ id, text, editedFrom: this.#shown.get(id)?.edited_at ?? "" });
  }

  /** @param {string} id */
  noteAppeal(id) {
    this.#receipts.put({ id, appealed: true });
    this.#appealable.delete(id);
  }

  /**
   * @param {string} id
   * @returns {Promise<string>} its state
   */
  async #ask(id) {
    const receipt = this.find(id);
    if (!receipt) return "removed";
    try {
      const { state, can_appeal } = await this.#api.status(receipt.statusUrl);
      if (state === "removed") this.#receipts.drop(id);
      else if (state !== receipt.state) this.#receipts.put({ id, state });
      if (can_appeal ?? (state === "rejected" && !receipt.appealed)) this.#appealable.add(id);
      return state;
    } catch (error) {
      if (/** @type {import("./api.js").Refusal} */ (error).status !== FOUND_NOTHING) throw error;
      this.#receipts.drop(id);
      return "removed";
    }
  }

  /**
   * @param {OwnReceipt} receipt
   * @param {Comment | undefined} published
   * @returns {Own}
   */
  #describe({ id, at, statusUrl, state, editedFrom, text }, published) {
    const open = Date.now() - at < this.#windowMs;
    return {
      state: published ? "approved" : state,
      statusUrl,
      text,
      edited: published !== undefined && editedFrom === (published.edited_at ?? ""),
      canEdit: open && published !== undefined,
      canDelete: open && state !== "rejected",
      canAppeal: this.#appealable.has(id),
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
