// @ts-check
/*
 * The playground: what is chosen in its form goes to the thread below, and into the lines to copy.
 */
const form = /** @type {HTMLFormElement} */ (document.getElementById("play"));
const result = /** @type {HTMLElement} */ (document.getElementById("play-result"));
const host = /** @type {HTMLElement} */ (document.querySelector("vestibule-comments"));
const script = `<script type="module" src="${new URL("/embed.js", location.href)}"></` + "script>";

/** What was touched; the rest keeps its default. @type {Map<string, string>} */
const chosen = new Map();

form.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
  const { attribute, unit = "" } = target.dataset;
  if (attribute === undefined) {
    const property = `--vestibule-${target.name}`;
    chosen.set(property, target.value + unit);
    host.style.setProperty(property, target.value + unit);
  } else if (target.value) host.setAttribute(target.name, target.value);
  else host.removeAttribute(target.name);
  tell();
});

form.addEventListener("reset", () => {
  for (const property of chosen.keys()) host.style.removeProperty(property);
  chosen.clear();
  for (const { name } of form.querySelectorAll("select")) host.removeAttribute(name);
  tell();
});

function tell() {
  const site = host.getAttribute("site") ?? "";
  const attributes = [...form.querySelectorAll("select")]
    .filter(({ value }) => value)
    .map(({ name, value }) => ` ${name}="${value}"`);
  const rules = [...chosen].map(([name, value]) => `  ${name}: ${value};\n`);
  const style = rules.length ? `\n\nvestibule-comments {\n${rules.join("")}}` : "";
  result.textContent = `${script}\n<vestibule-comments site="${site}"${attributes.join("")}></vestibule-comments>${style}`;
}

tell();
