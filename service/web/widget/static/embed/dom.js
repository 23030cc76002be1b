// @ts-check
/*
 * The only ways in which the widget makes elements. Everything a visitor wrote is set as text;
 * the one exception is `showHtml`, for the server's sanitised HTML.
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
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children);
  return element;
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {Node[]} children
 */
export function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @typedef {{ createHTML(html: string): string }} HtmlPolicy */
/** @type {HtmlPolicy | undefined} */
let policy;

/**
 * Shows a comment's `content_html`, which the server has sanitised. No other text may come here.
 * Where the browser has Trusted Types the text passes through the policy `vestibule`; a page that
 * lists its policies must list this one.
 * @param {Element} element
 * @param {string} html
 */
export function showHtml(element, html) {
  const types = /** @type {{ trustedTypes?: { createPolicy(name: string, rules: HtmlPolicy): HtmlPolicy } }} */ (
    /** @type {unknown} */ (window)
  ).trustedTypes;
  policy ??= (types ?? { createPolicy: (_name, rules) => rules }).createPolicy("vestibule", {
    createHTML: (text) => text,
  });
  element.innerHTML = policy.createHTML(html);
}
