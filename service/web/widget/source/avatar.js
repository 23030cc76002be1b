// @ts-check
/*
 * Pictures of authors, drawn from a random id: nobody else is asked, and nothing is told.
 */
import { makeSvg } from "./dom.js";
import { avatarPattern } from "./text.js";

/**
 * @param {string} id empty for an author without an address: then it is one for anybody
 * @returns {Element}
 */
export function avatar(id) {
  const { hue, cells } = avatarPattern(id);
  const path = cells.map(([x, y]) => `M${x} ${y}h1v1h-1z`).join("");
  return makeSvg(
    "svg",
    {
      class: "vestibule-avatar",
      viewBox: "-1 -1 7 7",
      // An attribute of the drawing, which no policy takes for a style.
      fill: `hsl(${hue},38%,48%)`,
      "aria-hidden": "true",
    },
    makeSvg("path", { d: id ? path : "M2 0h1v2h-1zM1 3h3v2h-3z" }),
  );
}
