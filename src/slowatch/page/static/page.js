// What the page does by itself: it stays current, filters while one types, and says how old it is.
// Without this file everything is there too, by links and a form.
"use strict";

(() => {
  const html = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const SWAP_WITHIN_MS = 2000; // so that many open pages do not all ask in the same moment
  const TYPED_MS = 250;

  html.classList.add("js");

  // Current: a new snapshot is told of, then this very address is asked for again.

  let asked = 0;

  async function load(address, { push = false } = {}) {
    const turn = ++asked;
    let answer;
    try {
      answer = await fetch(address, { headers: { Accept: "text/html" } });
    } catch {
      return false; // the network; the age tells for how long
    }
    const text = await answer.text();
    if (turn !== asked) return true; // something newer was asked for since
    const fresh = new DOMParser().parseFromString(text, "text/html");
    if (push) history.pushState(null, "", address);
    swap(fresh);
    return true;
  }

  function swap(fresh) {
    const focused = document.activeElement;
    const place = focused && focused !== document.body ? placeOf(focused) : null;
    const held = anchor(focused);
    const opened = new Map([...document.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
    document.title = fresh.title;
    for (const name of ["asOf", "staleAfter", "slot"]) html.dataset[name] = fresh.documentElement.dataset[name];
    for (const old of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(old.id);
      if (next && next.outerHTML !== old.outerHTML) old.replaceWith(document.adoptNode(next));
    }
    for (const [id, open] of opened) if (byId(id)) byId(id).open = open;
    sync(fresh);
    filter();
    if (place && !document.contains(focused)) focusOn(place);
    if (held && byId(held.id)) scrollBy(0, byId(held.id).getBoundingClientRect().top - held.top);
    say();
    tick();
    document.dispatchEvent(new Event("slowatch:swapped"));
  }

  // What is to stay where it is on the screen: what has the focus, else what is read at the top.
  function anchor(focused) {
    if (!scrollY) return null;
    const top = (element) => element.getBoundingClientRect().top;
    const isSeen = (element) => top(element) >= 0 && top(element) < innerHeight;
    const own = focused && focused.closest("tr[id], section [id]");
    const seen = own && isSeen(own) ? own : [...document.querySelectorAll("tr[id], h2[id]")].find(isSeen);
    return seen ? { id: seen.id, top: top(seen) } : null;
  }

  // Where the focus was, found again by the nearest id and the place among what can have it.
  const FOCUSABLE = "a[href], button, summary, input, select, pre[tabindex]";

  function placeOf(element) {
    const root = element.closest("[id]");
    if (!root) return null;
    return { id: root.id, index: [root, ...root.querySelectorAll(FOCUSABLE)].indexOf(element) };
  }

  function focusOn({ id, index }) {
    const root = byId(id);
    const found = root && [root, ...root.querySelectorAll(FOCUSABLE)][index];
    if (found) found.focus({ preventScroll: true });
  }

  let told = "";

  function say() {
    const heading = document.querySelector("h1");
    const now = heading ? heading.textContent.trim() : "";
    if (now !== told) byId("said").textContent = told ? now : "";
    told = now;
  }

  // Typing filters at once what is there, and then asks for what is not.

  const form = byId("filters");

  function filter() {
    const input = byId("q");
    if (!input) return;
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const section of document.querySelectorAll("section.service")) {
      let some = false;
      for (const row of section.querySelectorAll("tbody tr")) {
        row.hidden = !words.every((word) => row.dataset.find.includes(word));
        some = some || !row.hidden;
      }
      section.hidden = !some;
    }
  }

  function address() {
    const wanted = [...new FormData(form)].filter(([name, value]) => value.trim() && !(name === "sort" && value === "worst"));
    const query = new URLSearchParams(wanted).toString();
    return location.pathname + (query ? `?${query}` : "");
  }

  // The form shows what the address says, except where somebody is typing.
  function sync(fresh) {
    const next = fresh.getElementById("filters");
    if (!form || !next) return;
    for (const field of next.querySelectorAll("select")) {
      const own = form.elements[field.name];
      if (own && own !== document.activeElement && own.innerHTML !== field.innerHTML) own.innerHTML = field.innerHTML;
      if (own && own !== document.activeElement) own.value = field.value;
    }
    const input = byId("q");
    if (input !== document.activeElement) input.value = next.elements.q.value;
  }

  if (form) {
    let typing = 0;
    form.addEventListener("input", (event) => {
      if (event.target.name !== "q") return;
      filter();
      clearTimeout(typing);
      typing = setTimeout(() => {
        history.replaceState(null, "", address());
        load(address());
      }, TYPED_MS);
    });
    form.addEventListener("change", (event) => {
      if (event.target.name !== "q") load(address(), { push: true });
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      load(address(), { push: true });
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-go]");
      if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      byId("q").value = new URL(link.href).searchParams.get("q") || "";
      load(link.href, { push: true });
    });
    addEventListener("popstate", () => load(location.href));
  }

  // Arrow keys go from one SLO to the next, once one of them has the focus.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (!event.target.matches("tbody .c-slo a")) return;
    const links = [...document.querySelectorAll("tr:not([hidden]) .c-slo a")].filter((a) => a.closest("tbody"));
    const next = links[links.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });

  // The theme: as the system has it, until somebody chooses.

  const button = byId("theme");
  const THEMES = ["auto", "light", "dark"];

  function showTheme() {
    button.querySelector("span").textContent = html.dataset.theme || "auto";
  }

  if (button) {
    button.hidden = false;
    showTheme();
    button.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(html.dataset.theme || "auto") + 1) % THEMES.length];
      if (next === "auto") delete html.dataset.theme;
      else html.dataset.theme = next;
      try {
        localStorage.setItem("slowatch-theme", next);
      } catch {
        // It holds for this page alone then.
      }
      showTheme();
      document.dispatchEvent(new Event("slowatch:theme"));
    });
  }

  // How old it is, and whether anything is heard at all.

  const slot = () => Number(html.dataset.slot) || 60;
  let heard = Date.now();
  let polled = Date.now();
  let pending = 0;

  function span(seconds) {
    if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
    return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
  }

  function tick() {
    const now = Date.now() / 1000;
    for (const element of document.querySelectorAll("[data-age]")) {
      element.textContent = `, ${span(now - Number(element.dataset.age))} ago`;
    }
    const silent = (Date.now() - heard) / 1000;
    const lost = byId("lost");
    lost.hidden = silent < 3 * slot();
    if (!lost.hidden) lost.textContent = `Connection lost: nothing was heard of slowatch for ${span(silent)}. What is shown may be old.`;
  }

  async function refresh() {
    pending = 0;
    polled = Date.now();
    if (await load(location.href)) heard = Date.now();
  }

  function soon() {
    if (!pending) pending = setTimeout(refresh, Math.random() * Math.min(SWAP_WITHIN_MS, slot() * 200));
  }

  function listen() {
    const events = new EventSource(`${html.dataset.root}events`);
    let last = "";
    events.addEventListener("snapshot", (event) => {
      heard = Date.now();
      const isFirst = !last;
      const isKnown = Date.parse(event.data) / 1000 === Number(html.dataset.asOf);
      last = event.data;
      if (!(isFirst && isKnown)) soon();
    });
    // A stream that was refused is not tried again by the browser: then asking has to do.
    setInterval(() => {
      tick();
      const isOpen = events.readyState === EventSource.OPEN;
      const after = isOpen ? 3 * slot() : slot();
      if (!document.hidden && Date.now() - Math.max(polled, isOpen ? heard : 0) > after * 1000) soon();
    }, 1000);
    addEventListener("pagehide", () => events.close());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  filter();
  say();
  tick();
  listen();
})();
