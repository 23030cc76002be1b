// @ts-check
/** Lets a moderator select words in the text, rather than type them. */

const button = document.querySelector("[data-add-selection]");
const text = document.querySelector("[data-redactable]");
const words = document.getElementById("words");

if (button instanceof HTMLButtonElement && text && words instanceof HTMLTextAreaElement) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const selection = getSelection();
    if (!selection || !selection.anchorNode || !text.contains(selection.anchorNode)) return;
    // Each line is looked for by itself, as it is when typed.
    const lines = selection.toString().split("\n").map((one) => one.trim());
    const kept = words.value.split("\n").filter(Boolean);
    words.value = [...kept, ...lines.filter((one) => one && !kept.includes(one))].join("\n");
  });
}
