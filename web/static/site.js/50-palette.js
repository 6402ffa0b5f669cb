// The search palette: the header's field as a combobox (WAI-ARIA 1.2), whose
// list is the API's answer.
{
  const form = $(".find"), field = $("#ui-q");
  const classes = { informational: "c1", success: "c2", redirection: "c3", "client-error": "c4", "server-error": "c5" };
  let panel, dim, abort, timer;
  let options = [], at = -1; // at is the active option, -1 for none
  let pasted = ""; // what was pasted, with the lines that a field of one line loses

  const recent = () => {
    try { return JSON.parse(store.get("recent") || "[]"); } catch { return []; }
  };
  const remember = q => {
    q = q.trim();
    if (q && q.length < 200) store.set("recent", JSON.stringify([q, ...recent().filter(old => old !== q)].slice(0, 5)));
  };

  const close = () => {
    abort?.abort();
    clearTimeout(timer);
    panel?.remove();
    dim?.remove();
    panel = dim = undefined;
    options = [];
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const choose = to => {
    at = to;
    options.forEach((option, i) => option.setAttribute("aria-selected", i === to));
    if (to < 0) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    field.setAttribute("aria-activedescendant", options[to].id);
    options[to].scrollIntoView({ block: "nearest" });
  };

  const open = () => {
    if (panel) return;
    panel = el("div", { className: "palette" });
    panel.addEventListener("pointerdown", e => e.preventDefault()); // focus stays in the field
    dim = el("div", { className: "dim" });
    dim.addEventListener("pointerdown", close);
    form.append(panel);
    d.body.append(dim);
  };

  // An item is what an option shows and what choosing it does: title, and any of
  // number, category, vendor, snippet (escaped by the server), href or act, first.
  const optionOf = (item, i) => {
    const option = el("div", { id: "ui-o" + i, role: "option", "aria-selected": "false" });
    if (item.number) option.append(el("b", { className: "num " + (classes[item.category] || ""), textContent: item.number }), " ");
    option.append(el("span", { className: "nm", textContent: item.title }));
    if (item.vendor) option.append(" ", el("span", { className: "vendor v-" + item.vendor, textContent: item.vendorTitle || item.vendor }));
    if (item.snippet) option.append(el("p", { innerHTML: item.snippet }));
    option.go = () => {
      remember(field.value);
      if (item.act) item.act();
      else location.href = item.href;
    };
    option.addEventListener("click", option.go);
    return option;
  };

  // show fills the panel with groups of items; what is preselected is the first
  // item that says so.
  const show = groups => {
    open();
    options = [];
    const list = el("div", { id: "ui-list", role: "listbox", "aria-label": "Search results" });
    let first = -1;
    groups.forEach(([name, items], g) => {
      if (!items.length) return;
      const title = el("div", { className: "group", id: "ui-g" + g, textContent: name });
      const group = el("div", { role: "group", "aria-labelledby": title.id });
      for (const item of items) {
        const option = optionOf(item, options.length);
        if (item.first && first < 0) first = options.length;
        options.push(option);
        group.append(option);
      }
      list.append(title, group);
    });
    panel.replaceChildren(list);
    field.setAttribute("aria-expanded", "true");
    choose(first);
  };

  const tell = text => {
    open();
    options = [];
    panel.replaceChildren(el("p", { className: "group", textContent: text }));
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    at = -1;
    say(text, 400);
  };

  // path is an address of the API's without the host, which may be another name
  // of this one.
  const path = url => {
    const u = new URL(url, location);
    return u.pathname + u.search + u.hash;
  };
  const search = q => base + "/search?q=" + encodeURIComponent(q);

  const hitOf = hit => ({
    id: hit.id.toLowerCase(),
    kind: hit.kind,
    number: hit.code || "",
    title: hit.code && hit.title.startsWith(hit.code) ? hit.title.slice(hit.code.length).trim() : hit.title,
    category: hit.category,
    vendor: hit.vendor === "ietf" ? "" : hit.vendor,
    vendorTitle: hit.vendor_title,
    snippet: hit.snippet,
    href: path(hit.url) + (hit.section?.anchor && !hit.url.includes("#") ? "#" + hit.section.anchor : ""),
  });

  // idOf is the id that a short query may be: "nginx 499", "cf 520", "502".
  const idOf = q => q.trim().toLowerCase()
    .replace(/^(http|status|code|error)\s+(?=\d)/, "")
    .replace(/^(cf|cloudflare)[\s-]+/, "cloudflare-")
    .replace(/^(alb|elb|aws)[\s-]+/, "aws-elb-")
    .replace(/^(nginx|iis|heroku|haproxy|envoy)\s+/, "$1-");

  // evidence reports whether text looks like a log line or headers.
  const evidence = text => text.includes("\n") || text.length > 80 || /\b(upstream|HTTP\/\d|\[error\]|curl: \()/.test(text);

  const start = () => {
    const often = $$("#ui-often a").map(a => ({
      number: $("b", a).textContent,
      title: a.textContent.slice($("b", a).textContent.length).trim(),
      category: Object.keys(classes).find(c => classes[c] === a.parentElement.className),
      href: a.getAttribute("href"),
    }));
    show([
      ["Recent searches", recent().map(q => ({ title: q, href: search(q) }))],
      ["Often asked", often.slice(0, 4)],
    ]);
  };

  // understood asks what a pasted text says, and who spoke.
  const understood = async (text, signal) => {
    const response = await fetch(base + "/api/v1/diagnose", { method: "POST", body: text, headers: { "Content-Type": "text/plain" }, signal });
    if (!response.ok) return [];
    const { findings } = await response.json();
    return findings.slice(0, 2).filter(f => f.url).map((f, i) => ({
      title: f.title + (f.emitter ? " (spoken by: " + f.emitter.replace("-", " ") + ")" : ""),
      snippet: el("p", { textContent: f.why || f.evidence?.[0]?.says || "" }).innerHTML,
      href: path(f.url),
      first: i === 0,
    }));
  };

  const diagnose = text => {
    const paste = el("textarea", { name: "paste", value: text });
    const post = el("form", { method: "post", action: base + "/diagnose", hidden: true }, paste);
    d.body.append(post);
    post.submit();
  };

  const ask = async () => {
    const q = field.value;
    abort?.abort();
    if (!q.trim()) {
      start();
      return;
    }
    abort = new AbortController();
    const { signal } = abort;
    const text = pasted || q;
    try {
      const found = fetch(base + "/api/v1/search?limit=8&q=" + encodeURIComponent(q), { signal, headers: { Accept: "application/json" } });
      const says = evidence(text) ? await understood(text, signal) : [];
      const response = await found;
      if (!response.ok) throw new Error(response.statusText);
      const out = await response.json();
      const hits = out.hits.map(hitOf).slice(0, 8 - says.length);
      const pair = q.match(/^\s*([\w.-]+)\s+(?:vs\.?|or|versus)\s+([\w.-]+)\s*$/i);
      const actions = [];
      if (pair) {
        const [a, b] = pair.slice(1).map(encodeURIComponent);
        actions.push({ title: `Compare ${pair[1]} and ${pair[2]}`, href: `${base}/compare?codes=${a}&codes=${b}`, first: true });
      } else {
        const id = idOf(q);
        for (const [i, hit] of hits.entries()) {
          if (hit.id === id || i === 0 && hit.number.toLowerCase() === id) hit.first = true;
        }
      }
      if (evidence(text)) actions.push({ title: "Diagnose this text", act: () => diagnose(text) });
      if (!hits.length && !says.length && !actions.length) {
        tell(`No results for “${q.slice(0, 60)}”. Press Enter for the search page, which helps on.`);
        return;
      }
      for (const hit of hits) if (!hit.first && !evidence(text)) hit.href = hit.href.replace(/(#.*)?$/, "?q=" + encodeURIComponent(q) + "$1"); // the page marks the words
      const of = kind => hits.filter(hit => hit.kind === kind);
      const groups = [["Understood", says], ["Codes", of("code")], ["Posts", of("post")], ["Docs", of("doc")], ["Actions", actions]];
      show(pair ? [groups.pop(), ...groups] : groups);
      say(`${out.total} result${out.total === 1 ? "" : "s"}`, 400);
    } catch (err) {
      if (err.name !== "AbortError") tell("The server does not answer. Press Enter to try the search page.");
    }
  };

  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "ui-list", "aria-haspopup": "listbox" })) {
    field.setAttribute(name, value);
  }
  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (!pasted.startsWith(field.value.slice(0, 20)) || !field.value) pasted = "";
    timer = setTimeout(ask, 60);
  });
  field.addEventListener("paste", e => { pasted = e.clipboardData.getData("text"); });
  field.addEventListener("focus", () => { if (!panel) ask(); });
  field.addEventListener("click", () => { if (!panel) ask(); });
  field.addEventListener("keydown", e => {
    const n = options.length;
    switch (e.key) {
      case "Escape":
        if (panel) e.preventDefault();
        close();
        break;
      case "ArrowDown":
      case "ArrowUp":
        e.preventDefault();
        if (!panel) ask();
        else if (n) choose(e.key === "ArrowDown" ? (at + 1) % n : (Math.max(at, 0) - 1 + n) % n);
        break;
      case "Enter":
        if (at >= 0) {
          e.preventDefault();
          options[at].go();
        }
        break;
      case "Tab":
        close();
    }
  });
  field.addEventListener("blur", () => setTimeout(() => { if (!form.contains(d.activeElement)) close(); }, 150));
  form.addEventListener("submit", () => remember(field.value));

  d.addEventListener("keydown", e => {
    const typing = /^(input|textarea|select)$/i.test(e.target.tagName) || e.target.isContentEditable;
    const slash = e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey && store.get("slash") !== "off";
    const k = e.key.toLowerCase() === "k" && (e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey;
    if (slash || k) {
      e.preventDefault();
      field.focus();
      field.select();
    }
  });
}
