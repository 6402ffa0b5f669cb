// Sections become tabs. What is chosen is stored under the name in data-keep, and
// is the same in every row of tabs on every page.
{
  const rows = [];

  const makeTabs = box => {
    const panels = [...box.children];
    const list = el("div", { role: "tablist", "aria-label": box.dataset.label });
    const buttons = panels.map(panel => {
      const button = el("button", { type: "button", id: panel.id + "-tab", textContent: panel.dataset.tab, role: "tab", "aria-controls": panel.id });
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", button.id);
      list.append(button);
      return button;
    });
    const row = {
      keep: box.dataset.keep,
      names: panels.map(panel => panel.dataset.tab),
      select(at) {
        panels.forEach((panel, i) => {
          panel.hidden = i !== at;
          buttons[i].setAttribute("aria-selected", i === at);
          buttons[i].tabIndex = i === at ? 0 : -1;
        });
      },
    };
    const choose = at => {
      const name = row.names[at];
      row.select(at);
      if (!row.keep) return;
      store.set(row.keep, name);
      for (const other of rows) { // the page's other rows follow
        const same = other.names.indexOf(name);
        if (other !== row && other.keep === row.keep && same >= 0) other.select(same);
      }
    };
    buttons.forEach((button, i) => {
      button.addEventListener("click", () => choose(i));
      button.addEventListener("keydown", e => {
        const n = buttons.length;
        const to = { ArrowRight: (i + 1) % n, ArrowLeft: (i + n - 1) % n, Home: 0, End: n - 1 }[e.key];
        if (to === undefined) return;
        e.preventDefault();
        choose(to);
        buttons[to].focus();
      });
    });
    row.select(Math.max(0, row.names.indexOf(store.get(row.keep))));
    box.prepend(list);
    box.classList.add("ready");
    rows.push(row);
  };

  enrich(within => $$(".tabs:not(.ready)", within).forEach(makeTabs));
}
