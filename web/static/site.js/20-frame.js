// Theme, menu, skip link, the switch of the shortcut.
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = $(".theme");
  const label = () => button.setAttribute("aria-label", "Theme: " + (root.dataset.theme || "system"));
  button.addEventListener("click", () => { // one click always flips what is seen
    const seen = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = seen === "dark" ? "light" : "dark";
    store.set("theme", root.dataset.theme);
    label();
  });
  label();

  const menu = $(".menu"), nav = $("#ui-nav");
  const open = on => {
    nav.classList.toggle("open", on);
    menu.setAttribute("aria-expanded", on);
  };
  menu.addEventListener("click", () => open(!nav.classList.contains("open")));
  d.addEventListener("keydown", e => {
    if (e.key === "Escape" && nav.classList.contains("open")) {
      open(false);
      menu.focus();
    }
  });

  $(".skip").addEventListener("click", () => $("#main").focus());

  const slash = $("#ui-slash");
  slash.checked = store.get("slash") !== "off";
  slash.addEventListener("change", () => store.set("slash", slash.checked ? "on" : "off"));
}
