/* Suggests a slug from the name until somebody types one: <input data-suggest-from="name">. */
(() => {
  "use strict";
  const field = document.querySelector("[data-suggest-from]");
  const source = field?.form?.elements[field.dataset.suggestFrom];
  if (!source || field.value) return;
  let typed = false;
  field.addEventListener("input", () => { typed = true; });
  source.addEventListener("input", () => {
    if (typed) return;
    field.value = source.value.normalize("NFKD").toLowerCase().replace(/ß/g, "ss").replace(/[\u0300-\u036f]/g, "")
      .replace(/[^a-z0-9]+/g, "-").slice(0, 64).replace(/^-+|-+$/g, "");
  });
})();
