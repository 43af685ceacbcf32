/* Comfort on top of pages that work without it. Needs no htmx, but listens to its events.
   - a form that posts: its submit buttons are disabled while it is in flight
   - [data-detect-time-zone]: on a select, chooses the browser's zone while nothing is chosen; on a GET form (the value
     names the field), asks once for the page in that zone when the URL names none and nobody has chosen. The server must
     keep the parameter in the URL. A link of this page that is clicked before the answer is there asks in that zone, too.
     A zone that has no option (data-names: what browsers may call it) and is no offset is none that the server knows
   - after a swap: focus goes to the first invalid field, else, when the focused element is gone (htmx keeps the focus on
     one whose id comes back), to [data-focus]; [data-announce] is read out
   - a form with [data-proof]: loads the script that this names
   - [data-copy]: copies its value; details.menu closes on Escape and on a click elsewhere */
(() => {
  "use strict";
  const on = (type, act) => document.addEventListener(type, act);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const submitters = (form) =>
    [...form.elements].filter((el) => el.type === "submit" || el.type === "image");

  function hold(form) {
    if (form.held) return;
    form.held = submitters(form).filter((el) => !el.disabled);
    form.focused = form.held.find((el) => el === document.activeElement);
    form.held.forEach((el) => { el.disabled = true; });
    form.setAttribute("aria-busy", "true");
  }
  function release(form) {
    if (!form.held) return;
    form.held.forEach((el) => { el.disabled = false; });
    form.removeAttribute("aria-busy");
    if (form.focused && document.activeElement === document.body) form.focused.focus();
    form.held = form.focused = null;
  }

  on("submit", (event) => {
    const form = event.target;
    // Attributes, not properties: a field named "method" would hide the property.
    if (form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (form.held) return event.preventDefault();
    if (event.defaultPrevented) return;
    // After this task: a disabled button would not be part of what is sent.
    setTimeout(() => hold(form));
    setTimeout(() => release(form), 15000);
  });
  addEventListener("pageshow", () => all("form[aria-busy]").forEach(release));

  const formOf = (event) => event.detail?.ctx?.request?.form;
  on("htmx:before:request", (event) => {
    const form = formOf(event);
    if (form && event.detail.ctx.request.method !== "GET") hold(form);
  });
  on("htmx:finally:request", (event) => { if (formOf(event)) release(formOf(event)); });

  function announce(text) {
    const region = document.getElementById("announcer");
    if (!region || !text) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 60);
  }

  function problem() {
    const flash = document.getElementById("flash");
    if (flash) flash.replaceChildren(new DOMParser().parseFromString(flash.dataset.problem, "text/html").body.firstChild);
  }
  // A proxy's own error page must not land inside ours; our own names its target.
  on("htmx:before:swap", (event) => {
    const { response, hx } = event.detail.ctx;
    if (response?.status >= 500 && !hx?.retarget) {
      event.preventDefault();
      problem();
    }
  });
  on("htmx:error", problem);

  on("htmx:after:settle", (event) => {
    const fresh = (event.detail.newContent || []).filter((node) => node.nodeType === 1);
    const find = (selector) => {
      for (const node of fresh) {
        const hit = node.matches(selector) ? node : node.querySelector(selector);
        if (hit) return hit;
      }
    };
    const lost = !document.activeElement || document.activeElement === document.body;
    (find("[aria-invalid=true]") || (lost && find("[data-focus]")))?.focus?.();
    announce(find("[data-announce]")?.dataset.announce);
    fresh.forEach(detect);
    loadProof();
  });

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  function optionOf(control) {
    const names = (option) => [option.value, ...(option.dataset.names?.split(" ") || [])];
    const found = [...control.options].find((option) => names(option).includes(zone));
    if (found || !/^Etc\/GMT[+-]/.test(zone)) return found;
    // POSIX: what lies west has a plus.
    control.add(new Option(zone.slice(4).replace(/[+-]/, (sign) => (sign === "+" ? "-" : "+")), zone));
    return control.lastElementChild;
  }
  const isChosen = (control) => [...control.options].some((option) => option.selected && !option.defaultSelected);

  function choose(control) {
    const option = !control.value && optionOf(control);
    if (option) option.selected = true;
  }

  function askInZone(form, name) {
    const control = form.elements[name];
    if (!control || isChosen(control) || new URLSearchParams(location.search).has(name)) return;
    const option = optionOf(control);
    if (!option || option.selected) return;
    if (typeof htmx === "object" && form.hasAttribute("hx-get")) {
      option.selected = true;
      on("htmx:config:request", ({ detail: { ctx: { request } } }) => {
        const url = new URL(request.action, location);
        const isHere = request.method === "GET" && url.pathname === location.pathname;
        if (isHere && !url.searchParams.has(name) && !request.body.has(name)) request.body.set(name, control.value);
      });
      return form.requestSubmit();
    }
    try { // a whole page: never twice within seconds, even when the parameter is lost on the way
      const key = `zone:${location.pathname}`;
      if (Date.now() - sessionStorage.getItem(key) < 5000) return;
      sessionStorage.setItem(key, Date.now());
    } catch { return; }
    option.selected = true;
    location.replace(`${form.getAttribute("action").split("?")[0]}?${new URLSearchParams(new FormData(form))}`);
  }

  function detect(root) {
    if (!zone || zone === "Etc/Unknown") return;
    const selector = "[data-detect-time-zone]";
    const found = all(selector, root);
    if (root.matches?.(selector)) found.push(root);
    for (const el of found) {
      const name = el.getAttribute("data-detect-time-zone");
      el.removeAttribute("data-detect-time-zone");
      if (el.tagName === "FORM") askInZone(el, name || "tz");
      else choose(el);
    }
  }

  on("click", (event) => {
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => announce(copy.dataset.copied));
  });
  on("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // With the nonce of the page: forms that need a proof of work come in by htmx, too.
  function loadProof() {
    const src = document.querySelector("form[data-proof]")?.dataset.proof;
    if (!src || document.querySelector(`script[src="${src}"]`)) return;
    const script = document.createElement("script");
    Object.assign(script, { src, nonce: document.querySelector("script[nonce]").nonce });
    document.head.append(script);
  }

  addEventListener("load", () => {
    loadProof();
    document.querySelector("[aria-invalid=true]")?.focus();
    // After the timer on which a deferred htmx starts: the zone form may need it.
    setTimeout(() => detect(document));
  });
})();
