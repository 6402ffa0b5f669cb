for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", async e => {
    e.preventDefault(); const pre = form.nextElementSibling, code = pre.querySelector("code"); pre.hidden = false; code.textContent = "…";
    try { const r = await fetch(form.querySelector("input").value, { headers: { Accept: "application/json" } }); code.textContent = `${r.status} ${r.statusText}\n\n` + JSON.stringify(await r.json(), null, 2).slice(0, 20000) } catch (err) { code.textContent = String(err) }
  });
}
