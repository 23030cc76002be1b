/* The widget's pure helpers, run by Node's own test runner: `npm test` in this folder. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import en from "../../service/core/languages/en.json" with { type: "json" };
import { nextDelay, nextWatch } from "../../service/web/widget/source/poll.js";
import {
  avatarPattern,
  countCharacters,
  describeTime,
  fill,
  findFaults,
  newKey,
  pageAddress,
  plural,
} from "../../service/web/widget/source/text.js";
import { sha256, solve } from "../../service/web/widget/source/work.js";

const { widget: words } = en;

const tooLong = (/** @type {number} */ over) => `${over} over`;
const field = { name: "content", label: "", type: "textarea", required: true, max_length: 5, autocomplete: "off" };

test("characters are code points, and a Windows line break is one of them", () => {
  assert.equal(countCharacters("😀é\r\nx"), 4);
});

test("a required field must hold more than blanks", () => {
  assert.deepEqual([...findFaults([field], { content: " \n" }, words, tooLong)], [["content", words.required]]);
});

test("a field that is optional may be missing", () => {
  assert.equal(findFaults([{ ...field, required: false }], {}, words, tooLong).size, 0);
});

test("five emoji fit where five characters do, and a sixth is one too many", () => {
  assert.equal(findFaults([field], { content: "😀".repeat(5) }, words, tooLong).size, 0);
  assert.deepEqual([...findFaults([field], { content: "😀".repeat(6) }, words, tooLong)], [["content", "1 over"]]);
});

test("an address is the server's to judge, so that it can name the other faults, too", () => {
  const email = { ...field, name: "author_email", type: "email", max_length: 254 };
  for (const odd of ["a@b", "a", "a@", "δοκιμή@παράδειγμα.δοκιμή"]) {
    assert.equal(findFaults([email], { author_email: odd }, words, tooLong).size, 0, odd);
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
  const { hue, cells } = avatarPattern("0198c7a2-77d1-7a2e-9f3c-0c6f5a1b2d3e");
  assert.deepEqual(avatarPattern("0198c7a2-77d1-7a2e-9f3c-0c6f5a1b2d3e"), { hue, cells });
  assert.ok(hue >= 0 && hue < 360);
  for (const [x, y] of cells) assert.ok(cells.some(([a, b]) => a === 4 - x && b === y));
});

test("a key is 128 random bits, also where the page has no secure context", () => {
  assert.match(newKey(), /^\d+(-\d+){3}$/);
  assert.notEqual(newKey(), newKey());
});

test("texts take their values and the plural form of their number", () => {
  assert.equal(plural(words.count, 1, "en"), "1 comment");
  assert.equal(plural(words.count, 1200, "en"), "1,200 comments");
  assert.equal(fill("{a} {b}", { a: "{b}" }), "{b} {b}");
});

test("asking again starts at 0.3 s and slows down to 3 s", () => {
  const delays = [0];
  for (let i = 0; i < 12; i++) delays.push(nextDelay(delays[i] ?? 0));
  assert.equal(delays[1], 300);
  assert.ok(delays.every((delay, at) => delay >= (delays[at - 1] ?? 0)));
  assert.equal(delays.at(-1), 3_000);
});

test("a thread is looked at the more seldom the less happens there", () => {
  let delay = nextWatch(0, true);
  assert.equal(delay, 10_000);
  for (let i = 0; i < 12; i++) delay = nextWatch(delay, false);
  assert.equal(delay, 300_000);
  assert.equal(nextWatch(delay, true), 10_000);
});

test("SHA-256 is the one that others compute, at every length of the last block", () => {
  for (let length = 0; length < 200; length++) {
    const text = "x".repeat(length);
    assert.equal(sha256(text), createHash("sha256").update(text).digest("hex"), `${length}`);
  }
});

test("a proof of work carries the number that the challenge asks for", async () => {
  const salt = "a1b2c3?expires=1798761600";
  const challenge = createHash("sha256").update(`${salt}4321`).digest("hex");
  const proof = await solve({ algorithm: "SHA-256", challenge, salt, signature: "s", maxnumber: 5_000 });
  assert.deepEqual(JSON.parse(atob(proof)), { algorithm: "SHA-256", challenge, number: 4_321, salt, signature: "s" });
  await assert.rejects(solve({ algorithm: "SHA-256", challenge, salt, signature: "s", maxnumber: 100 }));
});

test("a page's address is the one that its owner named, relative or not, else the page's own", () => {
  const page = {
    baseURI: "https://news.example/section/list",
    location: { href: "https://news.example/section/list?a=1#top" },
    querySelector: () => null,
  };
  assert.equal(pageAddress(page, "/story#comments"), "https://news.example/story");
  assert.equal(pageAddress(page, "story"), "https://news.example/section/story");
  assert.equal(pageAddress(page, "https://www.news.example/"), "https://www.news.example/");
  for (const none of [null, "", undefined]) assert.equal(pageAddress(page, none), "https://news.example/section/list?a=1");
});
