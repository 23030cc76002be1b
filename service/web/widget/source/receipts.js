// @ts-check
/*
 * The receipts of comments that were written in this browser, with the links and tokens that came
 * with them: what makes somebody an author here, without an account.
 */
import { keep, recall } from "./keep.js";

/** @typedef {{ id: string, parentId: string | null, thread: string, statusUrl: string, editToken: string, text: string, name: string, url: string | null, at: number, state: string, edit: string | null }} OwnReceipt
 *    `edit` is the state of the latest edit, where it is not yet shown */

const RECEIPTS_MAX = 50;
const RECEIPT_DAYS = 60;

/** The receipts of what was written to one thread from this browser, newest last. */
export class Receipts {
  #name;
  #thread;

  /**
   * @param {string} site
   * @param {string} thread
   */
  constructor(site, thread) {
    this.#name = `own:${site}`;
    this.#thread = thread;
  }

  /** @returns {OwnReceipt[]} */
  list() {
    return this.#all().filter(({ thread }) => thread === this.#thread);
  }

  /** @param {string} id */
  find(id) {
    return this.list().find((one) => one.id === id);
  }

  /**
   * Keeps a receipt, or what has changed of one.
   * @param {Partial<OwnReceipt> & { id: string }} receipt
   */
  put(receipt) {
    const all = this.#all();
    const known = all.find(({ id }) => id === receipt.id);
    if (known) Object.assign(known, receipt);
    else all.push(/** @type {OwnReceipt} */ ({ thread: this.#thread, ...receipt }));
    keep(this.#name, all.slice(-RECEIPTS_MAX));
  }

  /** @param {string} id */
  drop(id) {
    keep(
      this.#name,
      this.#all().filter((one) => one.id !== id),
    );
  }

  /** @returns {OwnReceipt[]} */
  #all() {
    const kept = recall(this.#name);
    const since = Date.now() - RECEIPT_DAYS * 86_400_000;
    return Array.isArray(kept) ? kept.filter((one) => one?.id && one.at > since) : [];
  }
}
