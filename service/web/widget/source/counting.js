// @ts-check
/*
 * What <vestibule-count> does: it waits a moment for its like, asks for all in one request, and
 * shows its number. What it shares with the rest comes in the `Kit`.
 */

/** @typedef {import("./count.js").Kit} Kit */

/** The server takes so many in one request. */
const MOST = 100;

/** @type {Set<HTMLElement>} */
const waiting = new Set();

/**
 * @param {HTMLElement} element
 * @param {Kit} kit
 */
export function count(element, kit) {
  if (!waiting.size) setTimeout(() => askForAll(kit));
  waiting.add(element);
}

/** @param {Kit} kit */
function askForAll(kit) {
  /** @type {Map<string, HTMLElement[]>} */
  const bySite = new Map();
  for (const one of waiting) {
    const site = one.getAttribute("site") ?? "";
    bySite.set(site, [...(bySite.get(site) ?? []), one]);
  }
  waiting.clear();
  for (const [site, elements] of bySite) {
    for (let at = 0; at < elements.length; at += MOST) void askFor(site, elements.slice(at, at + MOST), kit);
  }
}

/**
 * @param {string} site
 * @param {HTMLElement[]} elements
 * @param {Kit} kit
 */
async function askFor(site, elements, kit) {
  const threads = elements.map((one) => threadOf(one, kit));
  try {
    const address = new URL("counts", kit.siteAddress(site));
    const { counts } = await kit.ask(address, kit.request("POST", { threads }));
    elements.forEach((one, at) => void show(one, counts[at] ?? 0, kit));
  } catch (error) {
    // What stands in the element stays: a link needs no number.
    console.warn(`vestibule-count: ${error}`);
  }
}

/**
 * The article that the element names, or stands in a link to, or else the page itself.
 * @param {HTMLElement} element
 * @param {Kit} kit
 */
function threadOf(element, { pageAddress }) {
  const id = element.getAttribute("thread-id");
  const url = element.getAttribute("url");
  const address = url ? resolved(url) : element.closest("a")?.href || pageAddress(document);
  return { url: address, ...(id && { id }) };
}

/**
 * What is no address goes to the server as it is, which counts nothing for it: the others of the
 * page still get their numbers.
 * @param {string} url
 */
function resolved(url) {
  try {
    return new URL(url, document.baseURI).href;
  } catch {
    return url;
  }
}

/**
 * @param {HTMLElement} element
 * @param {number} number
 * @param {Kit} kit
 */
async function show(element, number, { wordsFor, plural }) {
  const tag = /** @type {HTMLElement | null} */ (element.closest("[lang]"))?.lang || navigator.language;
  const { words, lang } = await wordsFor(tag);
  element.textContent = plural(words.count, number, lang);
  element.setAttribute("count", String(number));
}
