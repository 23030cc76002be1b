/*
 * Builds what browsers load from `service/web/widget/source`: `npm run build` in this folder.
 * The results are committed, so that nobody who installs the service needs Node.js.
 * `build.test.js` fails when they are out of date, or larger than promised.
 */
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";
import { minify } from "terser";

const SERVICE = fileURLToPath(new URL("../../service/", import.meta.url));
const SOURCE = join(SERVICE, "web/widget/source");
const LANGUAGES = join(SERVICE, "core/languages");
export const STATIC = join(SERVICE, "web/widget/static");

// Where these are missing the widget does not start, and the page's own <noscript> is no help:
// browsers since 2022 have them all.
const COMMON = { bundle: true, minify: true, format: "esm", target: "es2022", write: false, charset: "utf8" };

/** Parts that load when a reader needs them; each is whole in itself. */
const ON_DEMAND = ["own.js", "deeds.js", "counting.js", "work.js"];

/** @returns {Promise<Record<string, any>>} the language files by their codes */
export async function readLanguages() {
  const names = (await readdir(LANGUAGES)).filter((name) => name.endsWith(".json")).sort();
  const read = async (/** @type {string} */ name) => JSON.parse(await readFile(join(LANGUAGES, name), "utf8"));
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name.slice(0, -5), await read(name)])));
}

/** @returns {Promise<Map<string, string>>} what is served, by its path under `static` */
export async function build() {
  const languages = await readLanguages();
  const others = Object.keys(languages).filter((code) => code !== "en");
  const { outputFiles: [style] } = await esbuild.build({
    ...COMMON, entryPoints: [join(SOURCE, "vestibule.css")], target: "chrome118",
  });
  /** The style travels within the script, minified. */
  const inlineStyle = {
    name: "style",
    setup(/** @type {esbuild.PluginBuild} */ one) {
      one.onLoad({ filter: /\.css$/ }, () => ({ contents: style.text.trim(), loader: "text" }));
    },
  };
  const script = async (/** @type {string} */ name) => {
    const { outputFiles: [built] } = await esbuild.build({
      ...COMMON,
      entryPoints: [join(SOURCE, name)],
      define: { LANGUAGES: JSON.stringify(others) },
      plugins: [inlineStyle],
    });
    // A second look at what esbuild has put together: a fortieth less, which the promise needs.
    const { code } = await minify(built.text, { module: true, ecma: 2020, compress: { passes: 3, unsafe_arrows: true } });
    return `${code}\n`;
  };
  const files = new Map([["embed/vestibule.css", style.text]]);
  files.set("embed.js", await script("embed.js"));
  for (const name of ON_DEMAND) files.set(`embed/${name}`, await script(name));
  for (const code of others) {
    const { direction, faults, widget, deeds } = languages[code];
    files.set(`embed/lang/${code}.js`, `export default ${JSON.stringify({ direction, ...widget, ...deeds, faults })};\n`);
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await rm(join(STATIC, "embed"), { recursive: true, force: true });
  for (const [path, text] of await build()) {
    const target = join(STATIC, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}
