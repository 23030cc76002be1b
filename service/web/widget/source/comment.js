// @ts-check
/*
 * One comment as an element. The server renders the same markup where there are no scripts:
 * docs/widget.md describes it, for both and for whoever styles it.
 */
import { avatar } from "./avatar.js";
import { button, contentNodes, linkTo, make } from "./dom.js";
import { describeFully, describeTime, fill } from "./text.js";

/** @typedef {import("./api.js").Comment} Comment */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {{ state: string, reason: string, edit: string | null, statusUrl: string, canEdit: boolean, canDelete: boolean, canAppeal: boolean, text: string }} Own
 *    what its author, and nobody else, is told of a comment */
/** @typedef {{ words: Words, lang: string, closed: boolean, canReport: boolean }} Setting */

/** Beyond so many characters, or lines, a comment is collapsed. No layout is asked for its height. */
const LONG_CHARS = 1_400;
const LONG_LINES = 18;

/**
 * @param {Comment} comment
 * @param {Own | undefined} own
 * @param {Setting} setting
 */
export function renderComment(comment, own, { words, lang, closed, canReport }) {
  if (comment.removed) {
    return make("article", { class: "vestibule-comment vestibule-removed" }, make("p", {}, words.removed));
  }
  const shown = !own || own.state === "approved";
  const name = comment.author_name || words.anonymous;
  const nameId = `vestibule-${comment.id}-name`;
  const nodes = own && !shown ? ownText(own.text) : contentNodes(comment.content_html);
  const content = make("div", { class: "vestibule-content" }, nodes);
  const head = make(
    "header",
    { class: "vestibule-head" },
    avatar(comment.avatar),
    make("h3", { class: "vestibule-author", id: nameId }, authorName(name, comment.author_url)),
  );
  if (comment.staff) {
    const label = typeof comment.staff === "string" ? comment.staff : words.staff;
    head.append(make("span", { class: "vestibule-staff", dir: "auto" }, label));
  }
  head.append(permalink(comment, lang));
  if (comment.edited_at) {
    const title = describeFully(new Date(comment.edited_at), lang);
    head.append(make("span", { class: "vestibule-edited", title }, words.edited));
  }
  const article = make("article", { class: "vestibule-comment", "aria-labelledby": nameId }, head, content);
  if (own) article.classList.add("vestibule-own");
  if (isLong(content)) {
    article.classList.add("vestibule-long", "vestibule-folded");
    article.append(button("unfold", words.showAll, { "aria-expanded": "false" }));
  }
  if (own && (!shown || own.edit)) {
    article.append(make("p", { class: "vestibule-own-state" }, stateWords(own, words)));
  }
  const foot = make("footer", { class: "vestibule-foot" });
  if (shown && !closed) foot.append(button("reply", words.reply, { "aria-label": fill(words.replyTo, { name }) }));
  if (own?.canEdit) foot.append(button("edit", words.edit));
  if (own?.canDelete) foot.append(button("delete", words.delete));
  if (own?.canAppeal) foot.append(button("appeal", words.appeal));
  if (own && !shown && own.state !== "pending") {
    foot.append(make("a", { class: "vestibule-why", href: own.statusUrl }, words.why));
    if (own.state !== "held") foot.append(button("hide", words.hide));
  }
  if (!own && canReport) {
    foot.append(button("report", words.report, { "aria-label": fill(words.reportOf, { name }) }));
  }
  if (foot.firstChild) article.append(foot);
  return article;
}

/**
 * @param {Own} own
 * @param {Words} words
 */
function stateWords(own, words) {
  if (own.edit) return own.edit === "rejected" ? words.editRefused : words.editPending;
  if (own.state === "pending") return words.pending;
  // Why a comment is held says that it is.
  return own.state === "held" ? own.reason || words.held : `${words.rejected} ${own.reason}`;
}

/**
 * What waits is shown as it was typed: how it is displayed is decided when it is published.
 * @param {string} text
 */
function ownText(text) {
  return make("p", { class: "vestibule-own-text", dir: "auto" }, text);
}

/** @param {HTMLElement} content */
function isLong(content) {
  return (
    /** @type {string} */ (content.textContent).length > LONG_CHARS ||
    content.querySelectorAll("p, br").length > LONG_LINES
  );
}

/**
 * @param {Comment} comment
 * @param {string} lang
 */
function permalink({ id, created_at }, lang) {
  const then = new Date(created_at);
  const time = make(
    "time",
    { datetime: created_at, title: describeFully(then, lang) },
    describeTime(then, new Date(), lang),
  );
  return make("a", { class: "vestibule-when", href: `#vestibule-${id}` }, time);
}

/**
 * @param {string} name
 * @param {string | null} url
 */
function authorName(name, url) {
  const shown = make("bdi", {}, name);
  return url ? linkTo(url, {}, shown) : shown;
}
