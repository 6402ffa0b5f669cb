// What the pages gain from JavaScript: theme, menu, copying, tabs, the search palette. Nothing depends on it.
const d = document, root = d.documentElement, base = d.body.dataset.base || "";
const $ = (s, e = d) => e.querySelector(s), $$ = (s, e = d) => [...e.querySelectorAll(s)];
const store = { get: k => { try { return localStorage[k] } catch { return undefined } }, set: (k, v) => { try { localStorage[k] = v } catch { /* private mode */ } } };
const el = (tag, props = {}, ...kids) => { const e = Object.assign(d.createElement(tag), props); e.append(...kids); return e };
let sayTimer;
const say = (text, wait = 0) => { clearTimeout(sayTimer); sayTimer = setTimeout(() => { $("#ui-status").textContent = text }, wait) };

// Theme: one click always flips what is seen.
const dark = matchMedia("(prefers-color-scheme: dark)"), themeButton = $(".theme");
const label = () => themeButton.setAttribute("aria-label", "Theme: " + (root.dataset.theme || "system"));
themeButton?.addEventListener("click", () => {
  const seen = root.dataset.theme || (dark.matches ? "dark" : "light");
  root.dataset.theme = seen === "dark" ? "light" : "dark";
  store.set("theme", root.dataset.theme); label();
});
if (themeButton) label();

// Menu of narrow windows.
const menu = $(".menu"), nav = $("#ui-nav");
const openMenu = on => { nav.classList.toggle("open", on); menu.setAttribute("aria-expanded", on) };
menu?.addEventListener("click", () => openMenu(!nav.classList.contains("open")));
d.addEventListener("keydown", e => { if (e.key === "Escape" && nav.classList.contains("open")) { openMenu(false); menu.focus() } });
$(".skip")?.addEventListener("click", () => $("#main").focus());

// Copy buttons: exactly the text that is shown.
const copy = async (button, text, name) => {
  try { await navigator.clipboard.writeText(text) } catch {
    const t = el("textarea", { value: text }); d.body.append(t); t.select(); d.execCommand("copy"); t.remove(); button.focus();
  }
  button.textContent = "Copied"; button.setAttribute("aria-label", "Copied"); say("Copied");
  setTimeout(() => { button.textContent = name; button.removeAttribute("aria-label"); button.setAttribute("aria-label", button.dataset.label || name) }, 2000);
};
const copyButtons = within => {
  for (const pre of $$("pre.code", within)) {
    if (pre.closest(".quiz, .codebox") || pre.hidden) continue;
    const box = el("div", { className: "codebox" }), what = "Copy " + (pre.getAttribute("aria-label") || "code").replace(/ code$/, " code");
    const b = el("button", { type: "button", className: "plain copy", textContent: "Copy" });
    b.dataset.label = what; b.setAttribute("aria-label", what);
    b.addEventListener("click", () => copy(b, $("code", pre).textContent, "Copy"));
    pre.replaceWith(box); box.append(b, pre);
  }
};
$(".copymd")?.addEventListener("click", async e => {
  const b = e.currentTarget, r = await fetch(b.dataset.src);
  if (r.ok) copy(b, await r.text(), "Copy as Markdown");
});

// Tabs: the language is the same on every page.
const makeTabs = tabs => {
  const panels = $$(".tab", tabs), list = el("div", { role: "tablist" });
  list.setAttribute("role", "tablist"); list.setAttribute("aria-label", tabs.dataset.label);
  const many = lang => panels.filter(p => p.dataset.lang === lang).length > 1;
  const buttons = panels.map(p => {
    const b = el("button", { type: "button", textContent: many(p.dataset.lang) ? p.dataset.tab : p.dataset.lang, id: p.id + "-tab" });
    b.setAttribute("role", "tab"); b.setAttribute("aria-controls", p.id);
    p.setAttribute("role", "tabpanel"); p.setAttribute("aria-labelledby", b.id);
    list.append(b); return b;
  });
  const select = (i, keep) => {
    panels.forEach((p, j) => { p.hidden = j !== i; buttons[j].setAttribute("aria-selected", j === i); buttons[j].tabIndex = j === i ? 0 : -1 });
    if (keep) { store.set("lang", panels[i].dataset.lang); store.set("framework", panels[i].dataset.tab) }
  };
  buttons.forEach((b, i) => {
    b.addEventListener("click", () => select(i, true));
    b.addEventListener("keydown", e => {
      const n = buttons.length, to = { ArrowRight: (i + 1) % n, ArrowLeft: (i + n - 1) % n, Home: 0, End: n - 1 }[e.key];
      if (to !== undefined) { e.preventDefault(); select(to, true); buttons[to].focus() }
    });
  });
  const want = store.get("framework"), lang = store.get("lang");
  let at = panels.findIndex(p => p.dataset.tab === want && p.dataset.lang === lang);
  if (at < 0) at = panels.findIndex(p => p.dataset.lang === lang);
  select(Math.max(at, 0)); tabs.prepend(list);
};

const enrich = within => { copyButtons(within); $$(".tabs", within).forEach(makeTabs) };
enrich(d);
d.addEventListener("ui:content", e => enrich(e.detail)); // what a tool put into its page

// Search palette: a combobox on the header's field.
const form = $(".find"), field = $("#ui-q");
const recent = () => { try { return JSON.parse(store.get("recent") || "[]") } catch { return [] } };
const remember = q => { if (q.trim() && q.length < 200) store.set("recent", JSON.stringify([q, ...recent().filter(x => x !== q)].slice(0, 5))) };
const classOf = c => ({ informational: "c1", success: "c2", redirection: "c3", "client-error": "c4", "server-error": "c5" })[c] || "";
const evidence = q => q.includes("\n") || q.length > 80 || /\b(upstream|HTTP\/\d|\[error\]|curl: \()/.test(q);
let panel, dim, options = [], at = -1, abort, timer;
const close = () => { panel?.remove(); dim?.remove(); panel = dim = undefined; options = []; at = -1; field.setAttribute("aria-expanded", "false"); field.removeAttribute("aria-activedescendant") };
const choose = i => {
  at = i; options.forEach((o, j) => o.setAttribute("aria-selected", j === i));
  if (i >= 0) { field.setAttribute("aria-activedescendant", options[i].id); options[i].scrollIntoView({ block: "nearest" }) } else field.removeAttribute("aria-activedescendant");
};
const go = o => { remember(field.value); location.href = o.dataset.href };
const show = groups => {
  if (!panel) {
    panel = el("div", { className: "palette" }); dim = el("div", { className: "dim" });
    dim.addEventListener("pointerdown", close); form.append(panel); d.body.append(dim);
  }
  panel.textContent = ""; options = [];
  const list = el("ul", { id: "ui-list" }); list.setAttribute("role", "listbox"); list.setAttribute("aria-label", "Search results");
  let pre = -1;
  for (const [name, items] of groups) {
    if (!items.length) continue;
    const group = el("ul"); group.setAttribute("role", "group"); group.setAttribute("aria-label", name);
    const title = el("div", { className: "group", textContent: name }); title.setAttribute("role", "presentation");
    const holder = el("li"); holder.setAttribute("role", "none"); holder.append(title, group);
    for (const it of items) {
      const o = el("li", { id: "ui-o" + options.length }); o.setAttribute("role", "option"); o.setAttribute("aria-selected", "false"); o.dataset.href = it.href;
      if (it.number) o.append(el("b", { className: "num " + classOf(it.category), textContent: it.number }), " ");
      o.append(el("span", { className: "nm", textContent: it.title }));
      if (it.vendor) o.append(" ", el("span", { className: "vendor v-" + it.vendor, textContent: it.vendor }));
      if (it.snippet) { const p = el("p"); p.innerHTML = it.snippet; o.append(p) }
      o.addEventListener("click", () => go(o));
      if (it.pre && pre < 0) pre = options.length;
      options.push(o); group.append(o);
    }
    list.append(holder);
  }
  panel.append(list); field.setAttribute("aria-expanded", "true"); field.setAttribute("aria-controls", "ui-list"); choose(pre);
};
const note = text => { show([]); panel.append(el("p", { textContent: text, className: "group" })); say(text, 400) };
const item = h => ({ href: h.url.startsWith("http") ? h.url : h.url, number: h.code || "", title: h.code ? h.title.slice(h.code.length).trim() : h.title, category: h.category, vendor: h.vendor === "ietf" ? "" : h.vendor, snippet: h.snippet, id: h.id, kind: h.kind });
const asId = q => q.trim().toLowerCase().replace(/^(cf|cloudflare)\s+/, "cloudflare-").replace(/^(nginx|iis|heroku)\s+/, "$1-").replace(/^(alb|elb|aws)\s+/, "aws-elb-");
const search = async () => {
  const q = field.value; abort?.abort();
  if (!q.trim()) {
    show([["Recent", recent().map(r => ({ title: r, href: base + "/search?q=" + encodeURIComponent(r) }))],
      ["Often asked", [["502", "Bad Gateway", "server-error"], ["429", "Too Many Requests", "client-error"], ["401", "Unauthorized", "client-error"], ["202", "Accepted", "success"]].map(([n, t, c]) => ({ number: n, title: t, category: c, href: base + "/codes/" + n }))]]);
    return;
  }
  abort = new AbortController();
  try {
    const r = await fetch(base + "/api/v1/search?limit=8&q=" + encodeURIComponent(q), { signal: abort.signal, headers: { Accept: "application/json" } });
    if (!r.ok) throw new Error(r.status);
    const out = await r.json(), hits = out.hits.map(item), id = asId(q), vs = q.match(/^\s*([\w.-]+)\s+(?:vs\.?|or|versus)\s+([\w.-]+)\s*$/i);
    for (const h of hits) if (h.id.toLowerCase() === id || h.number.toLowerCase() === id && h === hits[0]) h.pre = true;
    const acts = [];
    if (vs) acts.push({ title: `Compare ${vs[1]} and ${vs[2]}`, href: base + `/compare?codes=${encodeURIComponent(vs[1])}&codes=${encodeURIComponent(vs[2])}`, pre: true });
    if (evidence(q)) acts.push({ title: "Diagnose this text", href: base + "/diagnose" });
    if (vs) hits.forEach(h => { h.pre = false });
    if (!hits.length && !acts.length) { note(`No results for “${q.slice(0, 60)}”`); return }
    show([["Codes", hits.filter(h => h.kind === "code")], ["Posts", hits.filter(h => h.kind === "post")], ["Docs", hits.filter(h => h.kind === "doc")], ["Actions", acts]]);
    say(`${out.total} result${out.total === 1 ? "" : "s"}`, 400);
  } catch (err) { if (err.name !== "AbortError") note("The server does not answer. Press Enter to try the search page.") }
};
if (field) {
  field.setAttribute("role", "combobox"); field.setAttribute("aria-autocomplete", "list"); field.setAttribute("aria-expanded", "false"); field.setAttribute("aria-controls", "ui-list");
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 60) });
  field.addEventListener("focus", () => { if (!panel && !field.dataset.quiet) search(); delete field.dataset.quiet });
  field.addEventListener("keydown", e => {
    const n = options.length;
    if (e.key === "Escape") { if (panel) { e.preventDefault(); close() } }
    else if (e.key === "ArrowDown" && n) { e.preventDefault(); choose((at + 1) % n) }
    else if (e.key === "ArrowUp" && n) { e.preventDefault(); choose((at - 1 + n) % n) }
    else if (e.key === "Enter" && at >= 0) { e.preventDefault(); go(options[at]) }
    else if (e.key === "Tab") close();
  });
  field.addEventListener("blur", () => setTimeout(() => { if (!form.contains(d.activeElement)) close() }, 150));
  form.addEventListener("submit", () => remember(field.value));
  const slash = $("#ui-slash");
  if (slash) { slash.checked = store.get("slash") !== "off"; slash.addEventListener("change", () => store.set("slash", slash.checked ? "on" : "off")) }
  d.addEventListener("keydown", e => {
    const typing = /^(input|textarea|select)$/i.test(e.target.tagName) || e.target.isContentEditable;
    if ((e.key === "k" && (e.ctrlKey || e.metaKey)) || (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey && store.get("slash") !== "off")) { e.preventDefault(); field.focus(); field.select() }
  });
}

// Results page: filters and paging without a reload; the address says everything.
const results = $("#ui-results");
if (results) {
  const narrow = matchMedia("(max-width: 59.99rem)"), fold = () => { const f = $(".filters", results); if (f && narrow.matches && !f.dataset.kept) f.open = false };
  fold();
  const load = async (url, push) => {
    const r = await fetch(url, { headers: { Accept: "text/html" } });
    if (!r.ok) { location.href = url; return }
    const next = new DOMParser().parseFromString(await r.text(), "text/html"), open = $(".filters", results)?.open;
    if (push) { history.replaceState({ y: scrollY }, ""); history.pushState({}, "", url) }
    results.replaceChildren(...$("#ui-results", next).childNodes);
    d.title = next.title; const f = $(".filters", results); if (f && narrow.matches) f.open = open;
    const q = $("#ui-page-q"); if (q) q.value = new URL(url, location).searchParams.get("q") || "";
  };
  results.addEventListener("click", async e => {
    const a = e.target.closest(".filters a, .chips.active a, .prevnext a, .dym a");
    if (!a || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault(); const text = a.textContent.replace(/ \(\d+\)$/, "");
    await load(a.href, true);
    ($$(".filters a", results).find(x => x.textContent.startsWith(text)) || $("#ui-page-q")).focus({ preventScroll: true });
  });
  addEventListener("popstate", async e => { await load(location.href, false); if (e.state?.y !== undefined) scrollTo(0, e.state.y) });
}
$(".swap")?.addEventListener("click", e => { const f = $$("input[name=codes]", e.target.form); [f[0].value, f[1].value] = [f[1].value, f[0].value]; f[0].focus() });

// Visited pages and the cheat sheet without a network.
if ("serviceWorker" in navigator && isSecureContext) addEventListener("load", () => navigator.serviceWorker.register(base + "/sw.js").catch(() => { /* private mode, or switched off */ }));
