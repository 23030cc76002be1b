// @ts-check
/*
 * The script that pages load: defines <vestibule-comments> and <vestibule-count>. This folder is
 * built into `static/embed.js` by `tests/js/build.mjs`; what is served is the built file.
 */
import { VestibuleComments } from "./element.js";
import { VestibuleCount } from "./count.js";

for (const [name, element] of /** @type {[string, CustomElementConstructor][]} */ ([
  ["vestibule-comments", VestibuleComments],
  ["vestibule-count", VestibuleCount],
])) {
  // Two articles on one page, or a theme and a plugin, may both carry the script.
  if (!customElements.get(name)) customElements.define(name, element);
}
