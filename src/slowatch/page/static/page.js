// What the page does by itself: it stays current, filters while one types, and says how old it is.
// Without this file everything is there too, by links and a form.
"use strict";

(() => {
  const html = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const SWAP_WITHIN_MS = 2000; // so that many open pages do not all ask in the same moment
  const TYPED_MS = 250;

  // Current: a new snapshot is told of, then this very address is asked for again.

  let asked = 0;
  let title = document.title;
  let refused = "";
  let isWanted = false; // somebody went to this address, and does not see it yet

  async function load(address) {
    const turn = ++asked;
    let answer, text;
    try {
      answer = await fetch(address, { headers: { Accept: "text/html" } });
      text = await answer.text();
    } catch {
      return; // the network; the age tells for how long
    }
    const fresh = new DOMParser().parseFromString(text, "text/html");
    if (!fresh.documentElement.dataset.asOf) return; // a proxy's page: slowatch was not heard
    heard = Date.now();
    if (turn !== asked) return; // something newer was asked for since
    refused = answer.status >= 500 && !isError(document) ? wordsOf(fresh) : "";
    if (refused) tick(); // it is there, and cannot say: what it said before stays, with a word to that
    else swap(fresh);
  }

  // Somebody goes to a view: the address comes first, so that whatever is asked for next asks for it.
  function go(address) {
    history.pushState(null, "", address);
    show();
  }

  function show() {
    isWanted = true;
    load(location.href);
  }

  const wordsOf = (fresh) => (fresh.querySelector(".error .lead") || fresh.body).textContent.trim();
  const isError = (page) => Boolean(page.querySelector("main .error"));

  function swap(fresh) {
    const focused = document.activeElement;
    const place = focused && focused !== document.body ? placeOf(focused) : null;
    const held = anchor(focused);
    const opened = new Map([...document.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
    title = fresh.title;
    for (const name of ["asOf", "staleAfter", "slot", "lost"]) html.dataset[name] = fresh.documentElement.dataset[name];
    if (isError(document) || isError(fresh)) {
      // What is shown is no more, or is there again.
      document.querySelector("main").replaceWith(document.adoptNode(fresh.querySelector("main").cloneNode(true)));
    }
    for (const old of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(old.id);
      if (next && next.outerHTML !== old.outerHTML) old.replaceWith(document.adoptNode(next));
    }
    for (const [id, open] of opened) if (byId(id)) byId(id).open = open;
    sync(fresh);
    isWanted = false;
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

  // This address with one of its parameters changed. The form is not asked for the others: what it
  // shows may be what somebody has just left.
  function address({ name, value, selectedOptions }) {
    const query = new URLSearchParams(location.search);
    query.delete(name);
    for (const one of selectedOptions ? [...selectedOptions].map((option) => option.value) : [value]) {
      if (one.trim() && !(name === "sort" && one === "worst")) query.append(name, one);
    }
    return location.pathname + (`${query}` ? `?${query}` : "");
  }

  // The form shows what the address says; what has the focus stays what it is while slots come.
  function sync(fresh) {
    const form = byId("filters");
    const next = fresh.getElementById("filters");
    if (!form || !next) return;
    const held = document.activeElement?.closest(".field");
    const fields = [...next.querySelectorAll(".field")];
    const names = new Set(fields.map((field) => field.dataset.field));
    const own = new Map([...form.querySelectorAll(".field")].map((field) => [field.dataset.field, field]));
    for (const [name, field] of own) if (!names.has(name) && field !== held) field.remove();
    let after = form.querySelector(".submit");
    for (const field of fields.reverse()) {
      const old = own.get(field.dataset.field);
      if (!old) after.before(document.adoptNode(field));
      else if (old !== held || (isWanted && old.querySelector("select"))) update(old, field);
      after = old || field;
    }
  }

  function update(old, field) {
    const [own, next] = [old, field].map((one) => one.querySelector("input, select"));
    if (next.matches("select")) {
      own.multiple = next.multiple;
      own.size = next.size;
      if (own.innerHTML !== next.innerHTML) own.innerHTML = next.innerHTML;
      for (const [at, option] of [...next.options].entries()) own.options[at].selected = option.selected;
    } else own.value = next.value;
  }

  const isFilter = (element) => element.closest("#filters");
  let typing = 0;
  document.addEventListener("input", (event) => {
    if (!isFilter(event.target) || event.target.name !== "q") return;
    filter();
    clearTimeout(typing);
    typing = setTimeout(() => {
      history.replaceState(null, "", address(event.target));
      show();
    }, TYPED_MS);
  });
  document.addEventListener("change", (event) => {
    if (isFilter(event.target) && event.target.name !== "q") go(address(event.target));
  });
  document.addEventListener("submit", (event) => {
    if (!isFilter(event.target)) return;
    event.preventDefault();
    clearTimeout(typing);
    go(address(byId("q")));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#fold")) {
      const isOpen = byId("filters").classList.toggle("open");
      byId("fold").setAttribute("aria-expanded", isOpen);
    }
    const link = event.target.closest("a[data-go]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    clearTimeout(typing);
    showWords(link.href);
    go(link.href);
  });
  addEventListener("popstate", () => {
    showWords(location.href);
    show();
  });

  function showWords(address) {
    const input = byId("q");
    if (input) input.value = new URL(address).searchParams.get("q") || "";
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
    const isLost = silent >= 3 * slot();
    const lost = byId("lost");
    lost.hidden = !isLost && !refused;
    const words = isLost
      ? `Connection lost: nothing was heard of slowatch for ${span(silent)}. What is shown may be old.`
      : `slowatch cannot say how it is now: ${refused} What is shown is how it was.`;
    if (!lost.hidden) lost.textContent = words;
    showKnown(!lost.hidden);
  }

  // Nobody may read off a screen, or a tab, that all is well when that is not known.
  function showKnown(isLost) {
    html.classList.toggle("unheard", isLost);
    const wanted = isLost ? html.dataset.lost : title;
    if (document.title !== wanted) document.title = wanted;
    const heading = byId("headline");
    if (!heading) return;
    if (isLost && heading.dataset.known === undefined) {
      heading.dataset.known = heading.textContent;
      heading.textContent = "Not known";
    } else if (!isLost && heading.dataset.known !== undefined) {
      heading.textContent = heading.dataset.known;
      delete heading.dataset.known;
    }
  }

  function refresh() {
    pending = 0;
    polled = Date.now();
    load(location.href);
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
