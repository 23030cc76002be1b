// @ts-check
/*
 * The comment form: built from the server's fields, it keeps what is written until the server has
 * taken it, and says at the field what is wrong with it.
 */
import { Refusal } from "./api.js";
import { make } from "./dom.js";
import { countCharacters, findFaults, newKey } from "./text.js";
import { fill, plural } from "./words.js";

/** @typedef {import("./api.js").Field} Field */
/** @typedef {import("./api.js").FormSchema} FormSchema */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {{ input: HTMLInputElement | HTMLTextAreaElement, fault: HTMLElement, counter: HTMLElement, field: Field }} Row */
/** @typedef {(fields: Record<string, string>, key: string) => Promise<void>} Send */

/** Never written to the browser's storage: an address is nobody's business but the server's. */
const NOT_IN_DRAFT = "author_email";

/** A click this soon after a comment was taken belongs to the one that sent it. */
const ECHO_MS = 1_500;

let forms = 0;

export class CommentForm {
  element;
  #schema;
  #words;
  #lang;
  #send;
  #draftName;
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #trap;
  #heading;
  #status = make("p", { class: "vestibule-status", role: "status", "aria-live": "polite" });
  #button;
  /** @type {string | null} */
  #parentId = null;
  /** @type {{ written: string, key: string } | undefined} */
  #attempt;
  #busy = false;
  #takenAt = -Infinity;

  /**
   * @param {{ schema: FormSchema, words: Words, lang: string, draftName: string }} setup
   * @param {Send} send resolves once the server has taken the comment
   * @param {() => void} onCancel
   */
  constructor({ schema, words, lang, draftName }, send, onCancel) {
    this.#schema = schema;
    this.#words = words;
    this.#lang = lang;
    this.#draftName = draftName;
    this.#send = send;
    const id = `vestibule-form-${++forms}`;
    this.#heading = make("h2", { class: "vestibule-title", id }, schema.heading);
    this.#button = make("button", { class: "vestibule-submit" }, schema.submit_label);
    this.#trap = make("input", { name: schema.honeypot, tabindex: "-1", autocomplete: "off" });
    const cancel = make("button", { type: "button", class: "vestibule-cancel" }, words.cancel);
    cancel.addEventListener("click", onCancel);
    this.element = make(
      "form",
      { class: "vestibule-form", novalidate: true, "aria-labelledby": id },
      make("div", { class: "vestibule-form-head" }, this.#heading, cancel),
      make("p", { class: "vestibule-note" }, schema.note),
      ...schema.fields.map((field) => this.#row(id, field)),
      make(
        "p",
        { class: "vestibule-apart", "aria-hidden": "true" },
        make("label", {}, words.leaveEmpty, " ", this.#trap),
      ),
      make("p", { class: "vestibule-actions" }, this.#button),
      this.#status,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.element.addEventListener("input", () => this.#keepDraft());
    this.#restoreDraft();
  }

  /**
   * Makes the form one for a reply, or again one for the page.
   * @param {{ id: string, name: string } | null} parent
   */
  answer(parent) {
    this.#parentId = parent?.id ?? null;
    this.#heading.textContent = parent
      ? fill(this.#words.replyTo, { name: parent.name })
      : this.#schema.heading;
    this.element.classList.toggle("vestibule-answering", parent !== null);
    this.#showFaults(new Map());
    this.say("");
  }

  focus() {
    this.#rows.values().next().value?.input.focus();
  }

  /** @param {string} text */
  say(text) {
    this.#status.textContent = text;
  }

  /** @param {string} name */
  value(name) {
    return this.#rows.get(name)?.input.value ?? "";
  }

  async #submit() {
    const echo = performance.now() - this.#takenAt < ECHO_MS && !this.value("content");
    if (this.#busy || echo) return;
    const values = this.#values();
    const faults = findFaults(this.#schema.fields, values, this.#words, (over) =>
      plural(this.#words.over, over, this.#lang),
    );
    if (this.#showFaults(faults)) return this.say(this.#words.needsLook);
    this.#setBusy(true);
    this.say(this.#words.sending);
    try {
      const { key } = this.#attemptAt(values);
      await this.#send(values, key);
      this.#taken();
    } catch (error) {
      this.#explain(error);
    } finally {
      this.#setBusy(false);
    }
  }

  /** @returns {Record<string, string>} the submission's members; optional ones only when filled */
  #values() {
    /** @type {Record<string, string>} */
    const values = { token: this.#schema.token, [this.#schema.honeypot]: this.#trap.value };
    if (this.#parentId) values.parent_id = this.#parentId;
    for (const [name, { input, field }] of this.#rows) {
      if (input.value || field.required) values[name] = input.value;
    }
    return values;
  }

  /**
   * One key for one text: pressing the button again after an answer was lost repeats the request,
   * and the server stores it once. Any change makes it another text.
   * @param {Record<string, string>} values
   */
  #attemptAt(values) {
    const written = JSON.stringify(values);
    if (this.#attempt?.written !== written) this.#attempt = { written, key: newKey() };
    return this.#attempt;
  }

  #taken() {
    this.#takenAt = performance.now();
    this.#attempt = undefined;
    const content = this.#rows.get("content");
    if (content) {
      content.input.value = "";
      this.#count(content);
    }
    this.#storage((storage) => storage.removeItem(this.#draftName));
  }

  /** @param {unknown} error */
  #explain(error) {
    const words = this.#words;
    if (!(error instanceof Refusal)) return this.say(words.offline);
    const { status, retryAfterSeconds } = error;
    if (error.type.includes("thread_closed")) return this.say(`${words.closed} ${words.refused}`);
    if (status === 429) return this.say(fill(words.tooMany, { n: retryAfterSeconds || 60 }));
    if (status === 503) return this.say(fill(words.busy, { n: retryAfterSeconds || 60 }));
    if (status >= 500) return this.say(words.failed);
    // What the server will not take under this key it may take under another.
    this.#attempt = undefined;
    const faults = new Map(error.errors.map(({ pointer, message }) => [pointer.slice(1), message]));
    if (this.#showFaults(faults)) return this.say(words.needsLook);
    this.say([...faults.values(), error.message, words.refused].join(" "));
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
      mark(row, message);
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

  /**
   * @param {string} prefix
   * @param {Field} field
   */
  #row(prefix, field) {
    const id = `${prefix}-${field.name}`;
    const area = field.type === "textarea";
    const input = make(area ? "textarea" : "input", {
      id,
      name: field.name,
      class: "vestibule-input",
      type: area ? null : field.type,
      rows: area ? "6" : null,
      autocomplete: field.autocomplete,
      required: field.required,
      "aria-describedby": `${id}-fault ${id}-count`,
    });
    const label = make("label", { for: id }, field.label);
    if (field.required) label.append(make("span", { class: "vestibule-required" }, " *"));
    const fault = make("span", { class: "vestibule-fault", id: `${id}-fault` });
    const counter = make("span", { class: "vestibule-counter", id: `${id}-count` });
    const row = { input, fault, counter, field };
    input.addEventListener("input", () => {
      this.#count(row);
      // What was wrong is being mended: the complaint must not outlive it.
      mark(row, "");
    });
    this.#rows.set(field.name, row);
    return make("p", { class: `vestibule-row vestibule-row-${field.type}` }, label, input, fault, counter);
  }

  /**
   * Says how much room is left once it gets scarce. The attribute `maxlength` is not used: it
   * counts UTF-16 units, and cuts what is pasted without a word.
   * @param {Row} row
   */
  #count({ input, counter, field }) {
    const left = field.max_length - countCharacters(input.value);
    const forms = left < 0 ? this.#words.over : this.#words.left;
    const scarce = left < Math.max(20, field.max_length / 10);
    counter.textContent = scarce ? plural(forms, Math.abs(left), this.#lang) : "";
  }

  #keepDraft() {
    const draft = [...this.#rows].filter(([name]) => name !== NOT_IN_DRAFT);
    const values = Object.fromEntries(draft.map(([name, { input }]) => [name, input.value]));
    this.#storage((storage) => storage.setItem(this.#draftName, JSON.stringify(values)));
  }

  #restoreDraft() {
    this.#storage((storage) => {
      const draft = JSON.parse(storage.getItem(this.#draftName) ?? "{}");
      for (const [name, { input }] of this.#rows) {
        if (typeof draft[name] === "string") input.value = draft[name];
      }
    });
  }

  /** @param {(storage: Storage) => void} use */
  #storage(use) {
    try {
      use(sessionStorage);
    } catch {
      // Storage may be switched off, full, or hold something else: then there is no draft.
    }
  }
}

/**
 * @param {Row} row
 * @param {string} message empty for a field that is in order
 */
function mark({ input, fault }, message) {
  fault.textContent = message;
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}
