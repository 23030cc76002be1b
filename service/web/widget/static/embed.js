// @ts-check
/*
 * The address that pages load: defines <vestibule-comments>. Every module is named here, so that
 * a browser asks for all of them at once and not one after the other as it discovers them.
 */
import "./embed/words.js";
import "./embed/text.js";
import "./embed/dom.js";
import "./embed/api.js";
import "./embed/poll.js";
import "./embed/thread.js";
import "./embed/form.js";
import { VestibuleComments } from "./embed/element.js";

// Two articles on one page, or a theme and a plugin, may both carry the script.
if (!customElements.get("vestibule-comments")) {
  customElements.define("vestibule-comments", VestibuleComments);
}
