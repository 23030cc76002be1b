// @ts-check
/**
 * Says how many comments have come since the page was loaded, and moves nothing that is being read.
 *
 * The link says where to ask (`data-arrivals`) and how often. While the page is hidden nobody is
 * asked; once it is seen again, at once.
 */

const link = document.querySelector("a[data-arrivals]");

if (link instanceof HTMLAnchorElement) {
  const { arrivals = "", everySeconds = "20" } = link.dataset;
  let known = "";
  let asking = false;

  const look = async () => {
    if (document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(arrivals, {
        headers: known ? { "If-None-Match": known } : {},
        redirect: "error",
      });
      if (answer.ok) {
        known = answer.headers.get("ETag") ?? "";
        link.textContent = await answer.text();
        link.hidden = !link.textContent;
      }
    } catch {
      // The server is away, or the session has ended: the next page that is opened says so.
    } finally {
      asking = false;
    }
  };

  setInterval(look, Number(everySeconds) * 1000);
  document.addEventListener("visibilitychange", look);
}
