// Small comforts of single pages.

// Table of contents: where one reads.
if ($(".toc") && matchMedia("(min-width: 80rem)").matches) {
  const links = new Map($$(".toc a").map(a => [d.getElementById(decodeURIComponent(a.hash.slice(1))), a]));
  const watch = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const a of links.values()) a.removeAttribute("aria-current");
      links.get(entry.target).setAttribute("aria-current", "location");
    }
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const heading of links.keys()) if (heading) watch.observe(heading);
}

// Long lists: a field narrows them.
{
  const field = $("#ui-narrow");
  const items = field ? $$("main .grid > li, main .rows > li") : [];
  const parts = $$("main section");
  field?.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every(word => text.includes(word));
      if (!item.hidden) left++;
    }
    for (const part of parts) {
      part.hidden = !$("li:not([hidden])", part);
      const fold = $("details", part);
      if (fold) fold.open = words.length > 0;
    }
    say(left + (left === 1 ? " code" : " codes"), 400);
  });
  // A link to a folded list opens it.
  const unfold = () => {
    const fold = location.hash && d.getElementById(decodeURIComponent(location.hash.slice(1)))?.parentElement.querySelector("details");
    if (fold) fold.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
}

// Comparison: swap, fold what is equal, suggest codes.
{
  $(".swap")?.addEventListener("click", e => {
    const [a, b] = $$("input[name=codes]", e.target.form);
    [a.value, b.value] = [b.value, a.value];
    for (const row of $$(".compare tr")) row.append(row.cells[row.cells.length - 2]);
    say("Swapped");
  });

  const fold = $(".fold"), equal = $(".equal");
  const shown = fold?.textContent;
  fold?.addEventListener("click", () => {
    equal.hidden = !equal.hidden;
    fold.setAttribute("aria-expanded", !equal.hidden);
    fold.textContent = equal.hidden ? shown.replace("Fold", "Show") : shown;
  });

  let timer;
  for (const field of $$("input[list=ui-codes]")) {
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const response = await fetch(base + "/api/v1/suggest?q=" + encodeURIComponent(field.value));
        if (!response.ok) return;
        const list = $("#ui-codes"), known = new Set($$("option", list).map(o => o.value));
        for (const s of (await response.json()).suggestions) {
          if (s.kind === "code" && !known.has(s.id)) list.append(el("option", { value: s.id, textContent: s.title }));
        }
      }, 100);
    });
  }
}

$(".print")?.addEventListener("click", () => print());

// Visited pages and the cheat sheet without a network.
if ("serviceWorker" in navigator && isSecureContext) {
  addEventListener("load", () => navigator.serviceWorker.register(base + "/sw.js").catch(() => { /* private mode, or switched off */ }));
}
