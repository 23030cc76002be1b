// @ts-check
/*
 * The fields of the comment form: label, input, what is wrong with it, and how much room is left.
 */
import { make } from "./dom.js";
import { countCharacters, plural } from "./text.js";

/** @typedef {import("./api.js").Field} Field */
/** @typedef {import("./words.js").Language} Language */

export class Row {
  element;
  input;
  field;
  #fault;
  #counter;
  #language;

  /**
   * @param {string} prefix of the ids
   * @param {Field} field
   * @param {Language} language
   */
  constructor(prefix, field, language) {
    this.field = field;
    this.#language = language;
    const id = `${prefix}-${field.name}`;
    const area = field.type === "textarea";
    this.input = make(area ? "textarea" : "input", {
      id,
      name: field.name,
      class: "vestibule-input",
      type: area ? null : field.type,
      rows: area ? "6" : null,
      autocomplete: field.autocomplete,
      required: field.required,
      // Addresses run from left to right in every language.
      dir: /url|email/.test(field.type) ? "ltr" : "auto",
      "aria-describedby": `${id}-fault ${id}-count`,
    });
    const label = make("label", { for: id }, field.label);
    if (field.required) label.append(make("span", { class: "vestibule-required" }, " *"));
    this.#fault = make("span", { class: "vestibule-fault", id: `${id}-fault` });
    this.#counter = make("span", { class: "vestibule-counter", id: `${id}-count` });
    this.input.addEventListener("input", () => {
      this.count();
      // What was wrong is being mended: the complaint must not outlive it.
      this.mark("");
    });
    this.element = make(
      "p",
      { class: `vestibule-row vestibule-row-${field.type}` },
      label,
      this.input,
      this.#fault,
      this.#counter,
    );
  }

  get value() {
    return this.input.value;
  }

  set value(value) {
    this.input.value = value;
    this.count();
  }

  /** @param {string} message empty for a field that is in order */
  mark(message) {
    this.#fault.textContent = message;
    if (message) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  /**
   * Says how much room is left once it gets scarce. The attribute `maxlength` is not used: it
   * counts UTF-16 units, and cuts what is pasted without a word.
   */
  count() {
    const { words, lang } = this.#language;
    const { max_length } = this.field;
    // No text has more characters than units, so most are not counted one by one.
    const scarce = Math.max(20, max_length / 10);
    const left = this.value.length < max_length - scarce ? Infinity : max_length - countCharacters(this.value);
    const forms = left < 0 ? words.over : words.left;
    this.#counter.textContent = left < scarce ? plural(forms, Math.abs(left), lang) : "";
  }
}
