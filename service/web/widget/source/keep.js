// @ts-check
/*
 * What the widget keeps in the reader's browser, in the page's own storage: drafts, what the reader
 * asked to be remembered, and the receipts of comments written here. Nothing of it is ever sent.
 */

const PREFIX = "vestibule:";

/**
 * @param {string} name
 * @returns {any} null where nothing is kept
 */
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
  } catch {
    // Storage may be switched off, or hold something else: then nothing is kept.
    return null;
  }
}

/**
 * @param {string} name
 * @param {unknown} value null to forget it
 */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Switched off, or full: nobody is kept from commenting by that.
  }
}
