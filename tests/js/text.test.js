/* The widget's pure helpers, run by Node's own test runner: `npm test` in this folder. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { nextDelay } from "../../service/web/widget/static/embed/poll.js";
import {
  avatarPattern,
  countCharacters,
  describeTime,
  findFaults,
  newKey,
} from "../../service/web/widget/static/embed/text.js";
import { en, fill, plural } from "../../service/web/widget/static/embed/words.js";

const tooLong = (/** @type {number} */ over) => `${over} over`;
const field = { name: "content", label: "", type: "textarea", required: true, max_length: 5, autocomplete: "off" };

test("characters are code points, and a Windows line break is one of them", () => {
  assert.equal(countCharacters("😀é\r\nx"), 4);
});

test("a required field must hold more than blanks", () => {
  assert.deepEqual([...findFaults([field], { content: " \n" }, en, tooLong)], [["content", en.required]]);
});

test("a field that is optional may be missing", () => {
  assert.equal(findFaults([{ ...field, required: false }], {}, en, tooLong).size, 0);
});

test("five emoji fit where five characters do, and a sixth is one too many", () => {
  assert.equal(findFaults([field], { content: "😀".repeat(5) }, en, tooLong).size, 0);
  assert.deepEqual([...findFaults([field], { content: "😀".repeat(6) }, en, tooLong)], [["content", "1 over"]]);
});

test("an address is the server's to judge, so that it can name the other faults, too", () => {
  const email = { ...field, name: "author_email", type: "email", max_length: 254 };
  for (const odd of ["a@b", "a", "a@", "δοκιμή@παράδειγμα.δοκιμή"]) {
    assert.equal(findFaults([email], { author_email: odd }, en, tooLong).size, 0, odd);
  }
});

test("times are relative for a week, then dates, and never in the future", () => {
  const now = new Date("2026-03-10T12:00:00Z");
  const ago = (/** @type {number} */ seconds) => describeTime(new Date(now.getTime() - seconds * 1000), now, "en");
  assert.equal(ago(-90), "now");
  assert.equal(ago(30), "now");
  assert.equal(ago(119), "1 minute ago");
  assert.equal(ago(2 * 3600), "2 hours ago");
  assert.equal(ago(86_400), "yesterday");
  assert.equal(ago(8 * 86_400), "Mar 2, 2026");
});

test("an avatar is symmetric, and the same for the same id", () => {
  const { colour, cells } = avatarPattern("0198c7a2-77d1-7a2e-9f3c-0c6f5a1b2d3e");
  assert.deepEqual(avatarPattern("0198c7a2-77d1-7a2e-9f3c-0c6f5a1b2d3e"), { colour, cells });
  assert.ok(colour >= 0 && colour < 8);
  for (const [x, y] of cells) assert.ok(cells.some(([a, b]) => a === 4 - x && b === y));
});

test("a key is a version 4 UUID also where the page has no secure context", () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(newKey(), shape);
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  assert.match(newKey(), shape);
});

test("texts take their values and the plural form of their number", () => {
  assert.equal(plural(en.count, 1, "en"), "1 comment");
  assert.equal(plural(en.count, 1200, "en"), "1,200 comments");
  assert.equal(fill("{a} {b}", { a: "{b}" }), "{b} {b}");
});

test("asking again starts at 0.3 s and slows down to 3 s", () => {
  const delays = [0];
  for (let i = 0; i < 12; i++) delays.push(nextDelay(delays[i] ?? 0));
  assert.equal(delays[1], 300);
  assert.ok(delays.every((delay, at) => delay >= (delays[at - 1] ?? 0)));
  assert.equal(delays.at(-1), 3_000);
});
