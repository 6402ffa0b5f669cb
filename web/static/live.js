// Under --watch a page reloads itself when the content it was made of has changed.
const live = document.body.dataset.live, root = document.body.dataset.base || "";
setInterval(async () => {
  if (document.hidden) return;
  try {
    const r = await fetch(root + "/readyz", { cache: "no-store" });
    const version = (await r.text()).trim().split(" ")[1];
    if (r.ok && version && version !== live) location.reload();
  } catch { /* the server is starting again */ }
}, 1000);
