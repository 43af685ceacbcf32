/* The panel beside the calendar: closing it (its cross, or Escape) gives focus back to what opened it. */
(() => {
  "use strict";
  let opener = null;
  const panel = () => document.getElementById("panel");

  document.addEventListener("htmx:before:request", (event) => {
    const source = event.detail?.ctx?.sourceElement;
    if (source?.getAttribute("hx-target") === "#panel" && !panel().contains(source)) opener = source;
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
