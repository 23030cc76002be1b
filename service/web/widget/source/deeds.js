// @ts-check
/*
 * What only some readers do at a comment: report it, and at their own edit, delete, or contest what
 * was decided. Loads when somebody first does; what it shares with the rest comes in the `Kit`.
 */
import { deeds as en } from "../../../core/languages/en.json";

/** @typedef {import("./words.js").Language} Language */
/** @typedef {{ id: string, name: string, slot: HTMLElement, language: Language, api: import("./api.js").Api,
 *   own: import("./own.js").OwnComments, draw(): void, follow(): Promise<void>, reload(): Promise<void>, say(text: string): void, focus(): void,
 *   make: typeof import("./dom.js").make, button: typeof import("./dom.js").button,
 *   fill: typeof import("./text.js").fill, explain: typeof import("./explain.js").explain }} Kit */
/** @typedef {{ label: string, choices?: Record<string, string>, choose?: string, write?: string, text?: string,
 *   limit?: number, required?: boolean, submit: string }} Question
 *   `choices` under the label `choose`; a text under the label `write`, beginning as `text` */
/** @typedef {(answer: { choice: string, text: string }) => Promise<string>} Send resolves to what to say when it is done */
/** @typedef {import("./words.js").Words & typeof en} Words */

const TEXT_MAX_CHARS = 2_000;

/** @type {Record<string, (kit: Kit, words: Words) => [Question, Send]>} */
const deeds = { report, edit, delete: remove, appeal };

/**
 * Opens the panel of a deed under its comment.
 * @param {string} deed
 * @param {Kit} kit
 */
export function open(deed, kit) {
  // Other languages have the words of both tables in one.
  const words = { ...en, ...kit.language.words };
  const found = deeds[deed]?.(kit, words);
  if (!found) return;
  kit.slot.querySelector(":scope > .vestibule-panel")?.remove();
  const panel = makePanel(kit, words, ...found);
  panel.dataset.deed = deed;
  kit.slot.prepend(panel);
  const input = panel.querySelector(".vestibule-input") ?? panel.querySelector("[tabindex]");
  /** @type {HTMLElement} */ (input).focus();
}

/**
 * @param {Kit} kit
 * @param {Words} words
 * @returns {[Question, Send]}
 */
function report({ id, name, api, fill }, words) {
  const { spam, insult, hate, threat, personal_data, illegal, off_topic, other } = words;
  const question = {
    label: fill(words.reportOf, { name }),
    choices: { spam, insult, hate, threat, personal_data, illegal, off_topic, other },
    choose: words.reason,
    write: words.details,
    limit: TEXT_MAX_CHARS,
    submit: words.send,
  };
  return [
    question,
    async ({ choice: reason, text }) => {
      await api.send("POST", `comments/${id}/reports`, { reason, ...(text.trim() && { text }) });
      return words.reported;
    },
  ];
}

/**
 * @param {Kit} kit
 * @param {Words} words
 * @returns {[Question, Send]}
 */
function edit({ id, api, own, slot, draw, follow }, words) {
  const text = own.find(id)?.text ?? "";
  return [
    { label: words.editYours, write: words.editYours, text, required: true, submit: words.save },
    async (answer) => {
      await api.send("PATCH", `comments/${id}`, { content: answer.text }, authorized(own, id));
      own.noteEdit(id, answer.text);
      draw();
      void follow().then(() => dismiss(slot));
      return words.editPending;
    },
  ];
}

/**
 * Takes away what a panel said of an edit once that is no longer so: the comment says it from now on.
 * One that was opened since stays.
 * @param {HTMLElement} slot
 */
function dismiss(slot) {
  const panel = slot.querySelector(":scope > .vestibule-panel");
  if (!panel || panel.querySelector("button")) return;
  const focused = panel.contains(document.activeElement);
  panel.remove();
  const again = slot.parentElement?.querySelector(":scope > article [data-action=edit]");
  if (focused) /** @type {HTMLElement | null | undefined} */ (again)?.focus();
}

/**
 * @param {Kit} kit
 * @param {Words} words
 * @returns {[Question, Send]}
 */
function remove({ id, api, own, reload, say, focus }, words) {
  return [
    { label: words.deleteYours, submit: words.delete },
    async () => {
      await api.send("DELETE", `comments/${id}`, undefined, authorized(own, id));
      own.forget(id);
      await reload();
      say(words.deleted);
      focus();
      return words.deleted;
    },
  ];
}

/**
 * @param {Kit} kit
 * @param {Words} words
 * @returns {[Question, Send]}
 */
function appeal({ id, api, own, draw }, words) {
  return [
    { label: words.appeal, write: words.appealWhy, limit: TEXT_MAX_CHARS, required: true, submit: words.send },
    async ({ text }) => {
      const token = new URL(own.find(id)?.statusUrl ?? "", location.href).searchParams.get("token");
      await api.send("POST", `comments/${id}/appeals`, { text }, { Authorization: `Bearer ${token}` });
      own.noteAppeal(id);
      draw();
      return words.appealed;
    },
  ];
}

/**
 * @param {Kit["own"]} own
 * @param {string} id
 */
function authorized(own, id) {
  return { Authorization: `Bearer ${own.find(id)?.editToken}` };
}

let panels = 0;

/**
 * @param {Kit} kit
 * @param {Words} words
 * @param {Question} question
 * @param {Send} send
 * @returns {HTMLElement}
 */
function makePanel({ make, button, explain, language }, words, question, send) {
  const { label, choices, choose, write, text, limit, required, submit } = question;
  const id = `vestibule-panel-${++panels}`;
  const says = make("p", { class: "vestibule-status", role: "status", tabindex: "-1" });
  const choice = make("select", { class: "vestibule-input", id: `${id}-choice` });
  for (const [value, name] of Object.entries(choices ?? {})) choice.append(make("option", { value }, name));
  const area = make("textarea", {
    class: "vestibule-input", id: `${id}-text`, rows: "4", dir: "auto", required, maxlength: limit ? `${limit}` : null,
  });
  area.value = text ?? "";
  const rows = [
    choices && row(make, choice, choose ?? ""),
    write && row(make, area, write),
  ].filter((one) => one instanceof HTMLElement);
  const form = make(
    "form",
    { class: "vestibule-panel", novalidate: true, "aria-labelledby": id },
    make("p", { class: "vestibule-panel-title", id, tabindex: "-1" }, label),
    ...rows,
    make(
      "p",
      { class: "vestibule-actions" },
      make("button", { class: "vestibule-submit" }, submit),
      button("close", words.cancel),
    ),
    says,
  );
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    if (required && !area.value.trim()) {
      says.textContent = words.required;
      area.setAttribute("aria-invalid", "true");
      area.focus();
      return;
    }
    busy = true;
    says.textContent = words.sending;
    try {
      says.textContent = await send({ choice: choice.value, text: area.value });
      form.replaceChildren(says);
      says.focus();
    } catch (error) {
      says.textContent = explain(error, language.words, language.lang).text;
    } finally {
      busy = false;
    }
  });
  return form;
}

/**
 * @param {Kit["make"]} make
 * @param {HTMLElement} input
 * @param {string} label
 */
function row(make, input, label) {
  return make("p", { class: "vestibule-row" }, make("label", { for: input.id }, label), input);
}
