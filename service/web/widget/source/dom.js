// @ts-check
/*
 * The only ways in which the widget makes elements. No text is ever parsed as HTML by the browser:
 * even the server's sanitised HTML is taken apart here, by a list of what it may be made of.
 */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | boolean | null | undefined>} [attributes] true is an empty value;
 *   null, undefined and false leave the attribute out
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {Node[]} children
 */
export function makeSvg(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/**
 * A button that does something at a comment, or in the thread: see `Conversation`.
 * @param {string} action
 * @param {string} text
 * @param {Record<string, string | boolean | null | undefined>} [attributes]
 */
export const button = (action, text, attributes) =>
  make(
    "button",
    { type: "button", class: `vestibule-button vestibule-${action}`, "data-action": action, ...attributes },
    text,
  );

/**
 * @template {Element} E
 * @param {E} element
 * @param {Record<string, string | boolean | null | undefined>} attributes
 * @param {(Node | string)[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children);
  return element;
}

const PIECE = /<(\/?)(p|br|a)(?: href="([^"<>]*)")?[^<>]*>|[^<]+|</g;
const ENTITY = /&(amp|lt|gt|#34|#39);/g;
/** @type {Record<string, string>} */
const ENTITIES = { amp: "&", lt: "<", gt: ">", "#34": '"', "#39": "'" };

/** @param {string} text */
const decoded = (text) => text.replace(ENTITY, (_, name) => ENTITIES[name] ?? "");

/**
 * A comment's `content_html` as nodes: paragraphs, line breaks and links to http and https, made
 * here one by one. Everything else, should it ever come, is shown as text.
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function contentNodes(html) {
  const whole = document.createDocumentFragment();
  /** @type {Node} */
  let paragraph = whole;
  /** @type {Node | null} */
  let link = null;
  for (const [piece, closes, tag, href] of html.matchAll(PIECE)) {
    if (tag === "p") {
      link = null;
      paragraph = closes ? whole : whole.appendChild(make("p", { dir: "auto" }));
    } else if (tag === "br") {
      (link ?? paragraph).appendChild(make("br"));
    } else if (tag === "a") {
      link = closes ? null : paragraph.appendChild(linkTo(decoded(href ?? ""), { dir: "ltr" }));
    } else if (paragraph !== whole || piece.trim()) {
      (link ?? paragraph).appendChild(new Text(decoded(piece)));
    }
  }
  return whole;
}

/**
 * A visitor's link, or the same words without one where its address could run something.
 * @param {string} href
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function linkTo(href, attributes, ...children) {
  if (!/^https?:\/\//i.test(href)) return make("span", attributes, ...children);
  return make("a", { href, rel: "nofollow ugc noopener", ...attributes }, ...children);
}
