/* Proof of work for a form with [data-proof]: solves a challenge of ALTCHA in its workers, and puts the solution into the
   field "proof". Loaded by app.js when a page has such a form.
   - the work begins when the form is first used; a form that is sent before it is done is held until then
   - [data-proof-sends]: begins at once, and the form is sent by itself
   - without crypto.subtle (a page over http from another machine) and after a failure, the form is sent without a proof;
     [data-proof-status] says so (data-working, data-failed) */
(() => {
  "use strict";
  const SECONDS = 60;
  const KEPT = 15 * 60; // seconds, of the 20 minutes that a challenge is valid
  const states = new WeakMap(); // of each form: the work, a promise that never fails, and when it began

  async function challengeFrom(url) {
    const answer = await fetch(url, { method: "POST", signal: AbortSignal.timeout(SECONDS * 1000) });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  function solutionOf(challenge, script) {
    const step = Math.max(1, Math.min(4, navigator.hardwareConcurrency || 1));
    const workers = Array.from({ length: step }, () => new Worker(script));
    return new Promise((resolve, reject) => {
      workers.forEach((worker, start) => {
        worker.onerror = reject;
        worker.onmessage = ({ data }) => (data?.derivedKey ? resolve(data) : reject(data?.error));
        const work = { type: "work", challenge, counterStart: start, counterStep: step, timeout: SECONDS * 1000 };
        worker.postMessage(work);
      });
    }).finally(() => workers.forEach((worker) => worker.terminate()));
  }

  function say(form, what) {
    const status = form.querySelector("[data-proof-status]");
    if (status) status.textContent = status.dataset[what] || "";
  }

  async function work(form) {
    const { proofChallenges, proofWorker } = form.dataset;
    try {
      if (!window.isSecureContext || !crypto.subtle) throw new Error("no crypto.subtle");
      const challenge = await challengeFrom(proofChallenges);
      const solution = await solutionOf(challenge, proofWorker);
      form.elements.proof.value = btoa(JSON.stringify({ challenge, solution }));
      return true;
    } catch {
      return false;
    }
  }

  function begin(form) {
    const state = { begun: Date.now(), isDone: false, isAwaited: false };
    state.work = work(form).then((isSolved) => {
      state.isDone = true;
      say(form, isSolved ? "solved" : "failed");
      return isSolved;
    });
    states.set(form, state);
    return state;
  }

  async function send(form, state, submitter) {
    if (state.isAwaited) return;
    state.isAwaited = true;
    say(form, "working");
    await state.work;
    state.isAwaited = false;
    if (form.isConnected) form.requestSubmit(submitter);
  }

  function formOf(event) {
    return event.target.closest?.("form[data-proof]");
  }

  document.addEventListener("focusin", (event) => {
    const form = formOf(event);
    if (form && !states.has(form)) begin(form);
  });

  // Before htmx and app.js hear of it.
  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (!form) return;
    let state = states.get(form);
    if (!state || Date.now() - state.begun > KEPT * 1000) state = begin(form);
    if (state.isDone) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send(form, state, event.submitter);
  }, true);

  function look() {
    document.querySelectorAll("form[data-proof-sends]").forEach((form) => {
      if (!states.has(form)) send(form, begin(form));
    });
  }
  document.addEventListener("htmx:after:settle", look);
  look();
})();
