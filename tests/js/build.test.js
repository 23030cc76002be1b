/* What is served is what the source makes, as small as promised, in languages whose texts fit. */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { STATIC, build, readLanguages } from "./build.mjs";

const PROMISED_BYTES = 12_000;

test("the built files are those that the source makes: npm run build", async () => {
  const built = await build();
  const served = ["embed.js", ...(await readdir(join(STATIC, "embed"), { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(STATIC.length + 1))];
  assert.deepEqual(served.sort(), [...built.keys()].sort());
  for (const [path, text] of built) {
    assert.equal(await readFile(join(STATIC, path), "utf8"), text, path);
  }
});

test("the script with its style and English is at most 12 kB, compressed", async () => {
  const { length } = gzipSync(await readFile(join(STATIC, "embed.js")), { level: 9 });
  assert.ok(length <= PROMISED_BYTES, `${length} bytes`);
});

test("nothing that is served evaluates text or parses HTML", async () => {
  for (const [path, text] of await build()) {
    assert.doesNotMatch(text, /\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.style\b/, path);
  }
});

test("every language has the plural forms that its numbers need, and no other", async () => {
  for (const [code, { widget }] of Object.entries(await readLanguages())) {
    const wanted = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [key, forms] of Object.entries(widget)) {
      if (typeof forms === "object") assert.deepEqual(Object.keys(forms).sort(), wanted.sort(), `${code} ${key}`);
    }
  }
});
