/* The panel beside the calendar: what comes into it takes the focus (what opened it is still there, so app.js leaves the
   focus alone); closing it (its cross, or Escape) gives focus back to what opened it. */
(() => {
  "use strict";
  let opener = null;
  const panel = () => document.getElementById("panel");

  document.addEventListener("htmx:before:request", (event) => {
    const source = event.detail?.ctx?.sourceElement;
    if (source?.getAttribute("hx-target") === "#panel" && !panel().contains(source)) opener = source;
  });

  document.addEventListener("htmx:after:settle", (event) => {
    const fresh = (event.detail.newContent || []).find((node) => node.id === "panel");
    if (fresh && !fresh.contains(document.activeElement)) fresh.querySelector("[data-focus]")?.focus();
  });

  function close() {
    const empty = document.createElement("aside");
    empty.id = "panel";
    panel().replaceWith(empty);
    // A grid that fetched itself meanwhile has another link to the same place.
    const again = opener?.isConnected ? opener : document.querySelector(`a[href="${CSS.escape(opener?.getAttribute("href") || "")}"]`);
    (again || document.getElementById("calendar-new"))?.focus();
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#panel [data-close-panel]") || !document.getElementById("calendar")) return;
    event.preventDefault();
    close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest("#panel")?.children.length && document.getElementById("calendar")) close();
  });
})();
