// Keeps <main> up to date: the server sends it again when it shows something else. Without this the page has a link
// to load it again.
"use strict";
(() => {
  const state = document.getElementById("live");
  if (!state || !window.EventSource) return;
  let seen = document.body.dataset.seen;
  let source = null;
  let waiting = null;

  const say = (text, live) => {
    state.textContent = text;
    state.classList.toggle("ek-live__state--on", live);
  };

  // Whoever reads, types or moves by keyboard keeps their place.
  const place = (main) => {
    const at = document.activeElement;
    if (!at || at === main || !main.contains(at)) return () => {};
    const by = at.id ? `#${CSS.escape(at.id)}` : at.hasAttribute("href") ? `a[href="${CSS.escape(at.getAttribute("href"))}"]` : null;
    return (next) => by && next.querySelector(by)?.focus({ preventScroll: true });
  };

  const show = (html) => {
    const main = document.querySelector("main");
    const next = document.adoptNode(new DOMParser().parseFromString(html, "text/html").querySelector("main"));
    for (const open of main.querySelectorAll("details[open][id]")) {
      next.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
    }
    const back = place(main);
    main.replaceWith(next);
    back(next);
  };

  // Nothing is taken from under somebody who marks text or fills in a form.
  const busy = () => !document.getSelection().isCollapsed || document.activeElement?.closest("main form");
  const take = (html) => {
    waiting = busy() ? html : null;
    if (!waiting) show(html);
  };
  const later = () => setTimeout(() => waiting && take(waiting));
  document.addEventListener("selectionchange", later);
  document.addEventListener("focusout", later);

  const open = () => {
    const query = new URLSearchParams({ path: location.pathname + location.search, seen });
    source = new EventSource(`/live?${query}`);
    source.onopen = () => say("This page keeps itself up to date.", true);
    source.onmessage = (event) => {
      const sent = JSON.parse(event.data);
      seen = sent.seen;
      take(sent.html);
    };
    source.addEventListener("gone", () => {
      source.close();
      say("This page is no longer up to date.", false);
    });
    source.onerror = () => {
      const over = source.readyState === EventSource.CLOSED;
      say(over ? "This page is no longer up to date." : "Connecting again.", false);
    };
  };

  // A browser has few connections to one server: pages nobody looks at give theirs back.
  document.addEventListener("visibilitychange", () => {
    source?.close();
    if (!document.hidden) open();
  });
  if (!document.hidden) open();
})();
