// @ts-check
/*
 * <vestibule-count>: how many comments a page has, anywhere on the site. What it does loads where
 * there is one; all that are in a page ask the server together.
 */
import { ask, load, request, siteAddress } from "./api.js";
import { pageAddress, plural } from "./text.js";
import { wordsFor } from "./words.js";

const kit = { ask, request, siteAddress, pageAddress, plural, wordsFor };

/** @typedef {typeof kit} Kit */

export class VestibuleCount extends HTMLElement {
  static observedAttributes = ["site", "url", "thread-id", "lang"];

  async connectedCallback() {
    const { count } = await load("counting");
    if (this.isConnected) count(this, kit);
  }

  attributeChangedCallback() {
    if (this.isConnected) void this.connectedCallback();
  }
}
