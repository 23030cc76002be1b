// @ts-check
/*
 * The comment form: built from the server's fields, it keeps what is written until the server has
 * taken it, and says at the field what is wrong with it.
 */
import { load } from "./api.js";
import { button, contentNodes, make } from "./dom.js";
import { explain } from "./explain.js";
import { Row } from "./fields.js";
import { keep, recall } from "./keep.js";
import { fill, findFaults, newKey, plural } from "./text.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./api.js").FormSchema} FormSchema */
/** @typedef {import("./api.js").Refusal} Refusal */
/** @typedef {import("./words.js").Language} Language */
/** @typedef {Record<string, string>} Values */
/** @typedef {{ parentId: string | null, values: Values, attempt?: { written: string, key: string } }} Draft */

/** Written to the browser's storage only by those who ask for it: see `#remember`. */
const ADDRESS = "author_email";
const AUTHOR = ["author_name", ADDRESS, "author_url"];

/** A click this soon after a comment was taken belongs to the one that sent it. */
const ECHO_MS = 1_500;

/** The server finds a token that is older than a day odd, and takes no proof of work after an hour. */
const TOKEN_MAX_AGE_MS = 12 * 3_600_000;
const CHALLENGE_MAX_AGE_MS = 50 * 60_000;

let forms = 0;

export class CommentForm {
  element;
  #schema;
  #loadedAt = Date.now();
  #language;
  #api;
  #send;
  #draftName;
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #trap;
  #heading;
  #status = make("p", { class: "vestibule-status", role: "status" });
  #button;
  #remember = make("input", { type: "checkbox", class: "vestibule-check" });
  #preview = make("div", { class: "vestibule-previewed vestibule-content", role: "region", hidden: true });
  /** @type {string | null} */
  #parentId = null;
  /** @type {Draft["attempt"]} */
  #attempt;
  /** @type {Promise<string> | undefined} */
  #proof;
  #busy = false;
  #takenAt = -Infinity;

  /**
   * @param {{ schema: FormSchema, language: Language, api: Api, draftName: string, typed: Values }} setup
   *   `typed` is what stands in the form that the server has rendered
   * @param {(fields: Values, key: string) => Promise<void>} send resolves once the server has taken
   *   the comment
   */
  constructor({ schema, language, api, draftName, typed }, send) {
    this.#schema = schema;
    this.#language = language;
    this.#api = api;
    this.#draftName = `draft:${draftName}`;
    this.#send = send;
    const { words } = language;
    const id = `vestibule-form-${++forms}`;
    this.#heading = make("h2", { class: "vestibule-title", id }, schema.heading);
    this.#button = make("button", { class: "vestibule-submit" }, schema.submit_label);
    this.#trap = make("input", { name: schema.honeypot, tabindex: "-1", autocomplete: "off" });
    this.#preview.setAttribute("aria-label", words.preview);
    for (const field of schema.fields) this.#rows.set(field.name, new Row(id, field, language));
    this.element = make(
      "form",
      { class: "vestibule-form", novalidate: true, "aria-labelledby": id },
      make("div", { class: "vestibule-form-head" }, this.#heading, button("cancel", words.cancelReply)),
      make("p", { class: "vestibule-note" }, schema.note),
      ...[...this.#rows.values()].map(({ element }) => element),
      make(
        "p",
        { class: "vestibule-apart", "aria-hidden": "true" },
        make("label", {}, schema.honeypot_label, " ", this.#trap),
      ),
      make("label", { class: "vestibule-remember" }, this.#remember, " ", words.remember),
      make("p", { class: "vestibule-actions" }, this.#button, button("preview", words.preview)),
      this.#preview,
      this.#status,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.element.addEventListener("input", () => {
      this.#keepDraft();
      this.#preview.hidden = true;
      // The browser works on the task while its reader writes.
      this.#prove();
    });
    this.#restore(typed);
  }

  /** The comment that a draft answers, if it does. */
  get parentId() {
    return this.#parentId;
  }

  /**
   * Makes the form one for a reply, or again one for the page.
   * @param {{ id: string, name: string } | null} parent
   */
  answer(parent) {
    this.#parentId = parent?.id ?? null;
    this.#heading.textContent = parent
      ? fill(this.#language.words.replyTo, { name: parent.name })
      : this.#schema.heading;
    this.element.classList.toggle("vestibule-answering", parent !== null);
    this.#showFaults(new Map());
    this.say("");
    if (this.value("content")) this.#keepDraft();
  }

  focus() {
    this.#rows.get("content")?.input.focus();
  }

  /** @param {string} text */
  say(text) {
    this.#status.textContent = text;
  }

  /** @param {string} name */
  value(name) {
    return this.#rows.get(name)?.value ?? "";
  }

  /** Shows the comment as the server would publish it. */
  async preview() {
    const content = this.value("content");
    const { words, lang } = this.#language;
    if (!content.trim()) {
      this.#showFaults(new Map([["content", words.required]]));
      return;
    }
    try {
      const { content_html } = await this.#api.send("POST", "preview", { content });
      if (content !== this.value("content")) return;
      this.#preview.replaceChildren(contentNodes(content_html));
      this.#preview.hidden = false;
    } catch (error) {
      this.say(explain(error, words, lang).text);
    }
  }

  async #submit() {
    const echo = performance.now() - this.#takenAt < ECHO_MS && !this.value("content");
    if (this.#busy || echo) return;
    const { words, lang } = this.#language;
    const values = this.#values();
    const faults = findFaults(this.#schema.fields, values, words, (over) => plural(words.over, over, lang));
    if (this.#showFaults(faults)) return this.say(words.needsLook);
    this.#setBusy(true);
    this.say(words.sending);
    try {
      await this.#sendProven(values).catch(async (error) => {
        // The server has begun to ask for proofs of work, or this one was too old; or only the
        // address was changed, which the attempt does not remember: once more.
        const { code } = /** @type {Refusal} */ (error);
        if (code?.startsWith("proof")) this.#loadedAt = 0;
        else if (code === "idempotency_key_reused") this.#attempt = undefined;
        else throw error;
        await this.#sendProven(values);
      });
      this.#taken(values);
    } catch (error) {
      this.#complain(error);
    } finally {
      this.#setBusy(false);
    }
  }

  /** @param {Values} values */
  async #sendProven(values) {
    if (Date.now() - this.#loadedAt > (this.#schema.challenge ? CHALLENGE_MAX_AGE_MS : TOKEN_MAX_AGE_MS)) {
      this.#schema = await this.#api.form(this.#language.lang);
      this.#loadedAt = Date.now();
      this.#proof = undefined;
    }
    const { key } = this.#attemptAt(values);
    const proof = this.#prove();
    if (proof) this.say(this.#language.words.proving);
    const proven = proof && { altcha: await proof };
    await this.#send({ ...values, token: this.#schema.token, ...proven }, key);
  }

  #prove() {
    const { challenge } = this.#schema;
    if (!challenge) return;
    this.#proof ??= load("work").then(({ solve }) => solve(challenge));
    // What goes wrong is told when the comment is sent, and then tried anew.
    this.#proof.catch(() => (this.#proof = undefined));
    return this.#proof;
  }

  /** @returns {Values} the submission's members; optional ones only when filled */
  #values() {
    /** @type {Values} */
    const values = { [this.#schema.honeypot]: this.#trap.value };
    if (this.#parentId) values.parent_id = this.#parentId;
    for (const [name, { value, field }] of this.#rows) {
      if (value || field.required) values[name] = value;
    }
    return values;
  }

  /**
   * One key for one text: sending it again after an answer was lost, even after a reload, repeats
   * the request, and the server stores it once. Any change makes it another text.
   * @param {Values} values
   */
  #attemptAt(values) {
    const { [ADDRESS]: _, ...written } = values;
    const text = JSON.stringify(written);
    if (this.#attempt?.written !== text) this.#attempt = { written: text, key: newKey() };
    this.#keepDraft();
    return /** @type {NonNullable<Draft["attempt"]>} */ (this.#attempt);
  }

  /** @param {Values} values */
  #taken(values) {
    this.#takenAt = performance.now();
    this.#attempt = undefined;
    if (this.#schema.challenge) this.#loadedAt = 0;
    const content = this.#rows.get("content");
    if (content) content.value = "";
    keep(this.#draftName, null);
    const author = Object.fromEntries(AUTHOR.map((name) => [name, values[name] ?? ""]));
    keep("author", this.#remember.checked ? author : null);
  }

  /** @param {unknown} error */
  #complain(error) {
    const { words, lang } = this.#language;
    const { text, faults } = explain(error, words, lang);
    // What the server will not take under this key it may take under another.
    const { status } = /** @type {Refusal} */ (error);
    if (status > 0 && status < 429) this.#attempt = undefined;
    this.say(this.#showFaults(faults) ? words.needsLook : text);
  }

  /**
   * Marks exactly these fields and puts the focus on the first.
   * @param {Map<string, string>} faults
   * @returns {boolean} whether any of them is a field of this form
   */
  #showFaults(faults) {
    /** @type {HTMLElement | undefined} */
    let first;
    for (const [name, row] of this.#rows) {
      const message = faults.get(name) ?? "";
      row.mark(message);
      if (message) first ??= row.input;
    }
    first?.focus();
    return first !== undefined;
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    // Not `disabled`: that would take the focus from under the reader's finger.
    this.#button.setAttribute("aria-disabled", String(busy));
  }

  #keepDraft() {
    /** @type {Values} */
    const values = {};
    for (const [name, { value }] of this.#rows) if (name !== ADDRESS) values[name] = value;
    keep(this.#draftName, { values, parentId: this.#parentId, attempt: this.#attempt });
  }

  /**
   * What was remembered, then what was being written: in the page before the script came, or before
   * a reload.
   * @param {Values} typed
   */
  #restore(typed) {
    const author = recall("author");
    /** @type {Partial<Draft> | null} */
    const draft = recall(this.#draftName);
    this.#remember.checked = author !== null;
    for (const values of [author, draft?.values, typed]) {
      for (const [name, value] of Object.entries(values ?? {})) {
        const row = this.#rows.get(name);
        if (row && value && typeof value === "string") row.value = value;
      }
    }
    this.#parentId = draft?.parentId ?? null;
    this.#attempt = draft?.attempt;
  }
}
