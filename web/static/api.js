// The API's page: each call can be sent as it stands.
for (const form of document.querySelectorAll("form.try")) {
  const pre = form.nextElementSibling, code = pre.querySelector("code"), status = form.querySelector("[role=status]");
  form.addEventListener("submit", async e => {
    e.preventDefault();
    const { method, type } = form.dataset, body = form.querySelector("textarea")?.value;
    const slow = setTimeout(() => { status.textContent = "Waiting …" }, 300), start = performance.now();
    try {
      const r = await fetch(form.querySelector("input").value, { method, body, headers: { Accept: "application/json", ...(type && { "Content-Type": type }) } });
      const text = await r.text(), ms = Math.round(performance.now() - start);
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2) } catch { /* no JSON: as it came */ }
      code.textContent = shown.slice(0, 20000) + (shown.length > 20000 ? "\n…" : "");
      status.textContent = `${r.status} ${r.statusText} in ${ms} ms`.replace("  ", " ");
      pre.hidden = false;
    } catch { status.textContent = "The server does not answer." } finally { clearTimeout(slow) }
  });
}
