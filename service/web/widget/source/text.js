// @ts-check
/*
 * Pure helpers: what the widget computes from texts, times and addresses, without touching a page.
 */

/** @typedef {import("./api.js").Field} Field */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {Record<string, string>} Forms plural forms by their category */

/**
 * Characters as the server counts them: code points, with a line break as one.
 * @param {string} text
 */
export function countCharacters(text) {
  return [...text.replace(/\r\n?/g, "\n")].length;
}

/**
 * The address a page's comments belong to: what its owner named, else what the page calls its
 * canonical address, else the one it was opened with, without the fragment.
 * @param {Document} page
 * @param {string | null} [named] may be relative to the page, as links are
 */
export function pageAddress(page, named) {
  const link = page.querySelector('link[rel~="canonical" i][href]');
  const address = new URL(named || link?.getAttribute("href") || page.location.href, page.baseURI);
  address.hash = "";
  return address.href;
}

/**
 * What is surely wrong with the fields before they are sent. All else is the server's to say, which
 * names every fault at once: what only looks wrong here must not hide the others.
 * @param {Field[]} fields
 * @param {Record<string, string>} values
 * @param {Words} words
 * @param {(over: number) => string} tooLong
 * @returns {Map<string, string>} messages by field name
 */
export function findFaults(fields, values, words, tooLong) {
  const faults = new Map();
  for (const { name, required, max_length } of fields) {
    const value = (values[name] ?? "").trim();
    const over = countCharacters(values[name] ?? "") - max_length;
    if (!value && required) faults.set(name, words.required);
    else if (over > 0) faults.set(name, tooLong(over));
  }
  return faults;
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** @type {Map<string, { relative: Intl.RelativeTimeFormat, date: Intl.DateTimeFormat, full: Intl.DateTimeFormat }>} */
const formats = new Map();

/**
 * The formats of a language, made once: making one takes longer than using it a hundred times.
 * @param {string} lang
 */
function formatsFor(lang) {
  let found = formats.get(lang);
  if (!found) {
    found = {
      relative: new Intl.RelativeTimeFormat(lang, { numeric: "auto" }),
      date: new Intl.DateTimeFormat(lang, { dateStyle: "medium" }),
      full: new Intl.DateTimeFormat(lang, { dateStyle: "full", timeStyle: "short" }),
    };
    formats.set(lang, found);
  }
  return found;
}

/**
 * How long ago, for up to a week; then the date.
 * @param {Date} then
 * @param {Date} now
 * @param {string} lang
 */
export function describeTime(then, now, lang) {
  const { relative, date } = formatsFor(lang);
  // A reader's clock may be behind the server's: nothing was ever written "in 3 minutes".
  const seconds = Math.max(0, (now.getTime() - then.getTime()) / 1_000);
  if (seconds > 7 * 86_400) return date.format(then);
  for (const [unit, size] of UNITS) {
    if (seconds >= size) return relative.format(-Math.floor(seconds / size), unit);
  }
  return relative.format(0, "second");
}

/**
 * The full date and time.
 * @param {Date} then
 * @param {string} lang
 */
export function describeFully(then, lang) {
  return formatsFor(lang).full.format(then);
}

/**
 * The cells of a 5 by 5 picture that is symmetric about its middle column, and its hue in degrees,
 * both drawn from a random id by FNV-1a. Fifteen bits choose cells, sixteen the hue.
 * @param {string} id
 * @returns {{ hue: number, cells: [number, number][] }}
 */
export function avatarPattern(id) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193) >>> 0;
  hash = (hash ^ (hash >>> 15)) >>> 0;
  /** @type {[number, number][]} */
  const cells = [];
  for (let bit = 0; bit < 15; bit++) {
    const column = Math.floor(bit / 5);
    if (!((hash >>> bit) & 1)) continue;
    cells.push([column, bit % 5]);
    if (column < 2) cells.push([4 - column, bit % 5]);
  }
  return { hue: (hash >>> 16) % 360, cells };
}

/** 128 random bits; `crypto.randomUUID` is missing where the page is plain HTTP. */
export function newKey() {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/**
 * Puts values into a text's `{holes}`.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => String(values[name] ?? hole));
}

/**
 * The text whose plural form fits `n` in this language.
 * @param {Forms} forms
 * @param {number} n
 * @param {string} lang
 */
export function plural(forms, n, lang) {
  const form = forms[new Intl.PluralRules(lang).select(n)] ?? forms.other ?? "";
  return fill(form, { n: new Intl.NumberFormat(lang).format(n) });
}
