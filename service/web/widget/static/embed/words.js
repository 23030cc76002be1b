// @ts-check
/*
 * The widget's own words, one table a language. The form's labels, heading and note are not here:
 * they are the server's, since it decides which fields there are.
 */

export const en = {
  count: { one: "{n} comment", other: "{n} comments" },
  left: { one: "{n} character left", other: "{n} characters left" },
  over: { one: "{n} character too many", other: "{n} characters too many" },
  none: "No comments yet.",
  closed: "Comments are closed.",
  loadFailed: "The comments could not be loaded.",
  tryAgain: "Try again",
  loadMore: "Load more comments",
  reply: "Reply",
  replyTo: "Reply to {name}",
  cancel: "Cancel reply",
  removed: "This comment was removed.",
  anonymous: "Anonymous",
  leaveEmpty: "Leave this field empty",
  required: "This field is required.",
  needsLook: "Some fields need another look.",
  sending: "Sending…",
  pending: "Your comment awaits checks.",
  approved: "Your comment is published.",
  held: "A moderator will look at it.",
  rejected: "Your comment was not published.",
  slow: "The checks take longer than usual. Your comment is stored and appears here once they are done.",
  tooMany: "Too many comments in a short time. Your text is kept: please wait {n} seconds and send it again.",
  busy: "Comments cannot be taken right now. Your text is kept: please try again in {n} seconds.",
  offline: "The comment could not be sent. Your text is kept: check the connection and send it again.",
  refused: "The comment could not be taken. Your text is kept.",
  failed: "Something went wrong on our side. Your text is kept: please send it again.",
};

/** @typedef {typeof en} Words */
/** @typedef {Record<string, string>} Forms */

/**
 * The table for a language tag, and the tag that numbers and dates follow: a page in a language
 * that has no table yet gets English throughout rather than a mixture.
 * @param {string} _tag
 * @returns {{ lang: string, words: Words }}
 */
export function wordsFor(_tag) {
  return { lang: "en", words: en };
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
