const d = document, base = d.body.dataset.base || "", $ = id => d.getElementById(id), form = $("ui-play");
const shell = s => "'" + s.replaceAll("'", `'\\''`) + "'";
const headers = () => $("ui-h").value.split("\n").map(l => l.match(/^([^:\s]+):\s*(.*)$/)).filter(Boolean).map(m => [m[1], m[2]]);
const asCurl = () => {
  const m = $("ui-m").value, parts = ["curl -i"];
  if (m === "HEAD") parts[0] = "curl -I"; else if (m !== "GET") parts.push("-X " + m);
  for (const [k, v] of headers()) parts.push("-H " + shell(k + ": " + v));
  if ($("ui-b").value) parts.push("-d " + shell($("ui-b").value));
  parts.push(shell(location.origin + base + $("ui-path").value)); $("ui-curl").textContent = parts.join(" ");
};
const send = async () => {
  const path = $("ui-path").value, out = $("ui-response").querySelector("code"), status = $("ui-play-status");
  if (!path.startsWith("/status/")) { status.textContent = "The path must begin with /status/."; return }
  const url = new URL(location); url.search = ""; url.searchParams.set("method", $("ui-m").value); url.searchParams.set("path", path); history.replaceState(null, "", url);
  const slow = setTimeout(() => { status.textContent = "Waiting for the answer …" }, 300), start = performance.now();
  try {
    const m = $("ui-m").value, body = m === "GET" || m === "HEAD" ? undefined : $("ui-b").value || undefined;
    const r = await fetch(base + path, { method: m, headers: headers(), body, redirect: "manual", cache: "no-store" }), text = await r.text(), ms = Math.round(performance.now() - start);
    if (r.type === "opaqueredirect") { status.textContent = `A redirect in ${ms} ms. Browsers do not show scripts what it says; curl does.`; out.textContent = $("ui-curl").textContent; return }
    const name = r.statusText || "";
    status.textContent = `${r.status} ${name} in ${ms} ms`.replace("  ", " "); status.className = "count c" + String(r.status)[0];
    out.textContent = `HTTP ${r.status} ${name}\n` + [...r.headers].map(([k, v]) => `${k}: ${v}`).join("\n") + "\n\n" + text;
  } catch { status.textContent = "No answer: the connection was cut, as a fault asks for, or the server is away." } finally { clearTimeout(slow) }
};
form.addEventListener("submit", e => { e.preventDefault(); asCurl(); send() });
d.addEventListener("keydown", e => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); asCurl(); send() } });
for (const id of ["ui-m", "ui-path", "ui-h", "ui-b"]) $(id).addEventListener("input", asCurl);
asCurl();
