// @ts-check
/*
 * The widget's own words. English is built in, other languages are files of their own that load
 * when a page needs them. The form's labels, heading and note are not here: they are the server's,
 * since it decides which fields there are.
 */
import { widget as en } from "../../../core/languages/en.json";
import { load } from "./api.js";

/** @typedef {typeof en & { faults?: Record<string, string>, direction?: string }} Words */
/** @typedef {{ lang: string, words: Words }} Language */

/**
 * The table for a language tag, and the tag that numbers and dates follow: a page in a language
 * that has no table gets English throughout rather than a mixture.
 * @param {string} tag
 * @returns {Promise<Language>}
 */
export async function wordsFor(tag) {
  const code = tag.split(/[-_]/)[0]?.toLowerCase() ?? "";
  const lang = isTag(tag) ? tag : code;
  // `LANGUAGES` is put in by the build: the codes of all files but the English one.
  if (LANGUAGES.includes(code)) {
    try {
      const { default: words } = await load(`lang/${code}`);
      return { lang, words };
    } catch {
      // English now is better than nothing at all.
    }
  }
  return { lang: code === "en" ? lang : "en", words: en };
}

/**
 * Whether `Intl` takes a tag; it throws at what pages write in `lang` by mistake, such as `de_AT`.
 * @param {string} tag
 */
function isTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}
