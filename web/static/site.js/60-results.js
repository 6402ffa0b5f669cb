// The results page: filters and paging without a reload. The address says
// everything, so that it can be kept, sent and gone back to. On a narrow window
// the filters are a sheet.
if ($("#ui-results")) {
  const results = $("#ui-results");
  const narrow = matchMedia("(max-width: 59.99rem)");
  const links = ".filters a, .drawer .panel a, .chips.active a, .prevnext a, .dym a";
  let drawer;

  const closeDrawer = () => drawer?.close();
  const openDrawer = () => {
    const panel = $(".filters .panel", results);
    const done = el("button", { type: "button", className: "primary", textContent: "Show " + $(".count", results).textContent.replace(/ for .*/, "") });
    done.addEventListener("click", closeDrawer);
    drawer = el("dialog", { className: "drawer", "aria-label": "Filters" }, el("p", {}, el("b", { textContent: "Filters" }), done), panel);
    drawer.addEventListener("click", e => { if (e.target === drawer) closeDrawer(); });
    drawer.addEventListener("close", () => {
      $(".filters", results)?.append($(".panel", drawer));
      drawer.remove();
      drawer = undefined;
      $(".filters summary", results)?.focus();
    });
    d.body.append(drawer);
    drawer.showModal();
  };

  const keepOpen = () => { // wide windows have them beside the list, unfolded
    const filters = $(".filters", results);
    filters?.classList.toggle("kept", !narrow.matches);
    if (filters) filters.open = true;
  };
  narrow.addEventListener("change", () => {
    closeDrawer();
    keepOpen();
  });
  keepOpen();

  const load = async url => {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    if (!response.ok) {
      location.href = url;
      return;
    }
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    results.replaceChildren(...$("#ui-results", next).childNodes);
    d.title = next.title;
    keepOpen();
    if (drawer) {
      $(".panel", drawer).replaceWith($(".filters .panel", results) || el("div", { className: "panel" }));
      $("button", drawer).textContent = "Show " + $(".count", results).textContent.replace(/ for .*/, "");
    }
    const form = $("#main .bigfind");
    form.replaceWith($("#main .bigfind", next));
    say($(".count", results).textContent, 400);
  };

  const nameOf = a => a.textContent.replace(/ \(\d+\)$/, "").trim();
  const focus = name => {
    const again = $$(links).find(a => nameOf(a) === name);
    again?.closest("details:not([open])")?.setAttribute("open", "");
    (again || $("#ui-page-q")).focus({ preventScroll: true });
  };

  d.addEventListener("click", async e => {
    if (e.target.closest(".filters > summary") && narrow.matches) {
      e.preventDefault();
      openDrawer();
      return;
    }
    const a = e.target.closest(links);
    if (!a || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    e.preventDefault();
    const name = nameOf(a), paging = a.rel === "next" || a.rel === "prev";
    history.replaceState({ y: scrollY, name }, "");
    history.pushState({}, "", a.href);
    await load(a.href);
    if (paging) {
      scrollTo(0, 0);
      $(".hits a", results)?.focus({ preventScroll: true });
    } else {
      focus(name);
    }
  });

  addEventListener("popstate", async e => {
    closeDrawer();
    await load(location.href);
    if (e.state?.y !== undefined) scrollTo(0, e.state.y);
    if (e.state?.name) focus(e.state.name);
  });
}
