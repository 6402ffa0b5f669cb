// The tools without a reload: the form's own answer, a whole page, is fetched and its answer put in place.
// Without this the form works all the same.
const d = document, form = d.querySelector("form.live"), status = d.getElementById("ui-tool-status"), answer = d.getElementById("ui-answer");
let running;

const ask = async () => {
  running?.abort();
  running = new AbortController();
  const data = new URLSearchParams(new FormData(form)), method = form.getAttribute("method") || "get", get = method === "get"; // form.method is the field of that name
  if (get) for (const name of ["headers", "body"]) if (!data.get(name)) data.delete(name);
  const url = form.getAttribute("action") + (get ? "?" + data : "");
  const slow = setTimeout(() => { status.textContent = "Waiting for the answer …"; status.className = "count" }, 300);
  const { signal } = running;
  try {
    const r = await fetch(url, { method, body: get ? undefined : data, headers: { Accept: "text/html" }, signal });
    const next = new DOMParser().parseFromString(await r.text(), "text/html"), said = next.getElementById("ui-tool-status");
    clearTimeout(slow);
    if (!said) { status.textContent = next.querySelector("h1 + p")?.textContent || `The server answered ${r.status}.`; answer.replaceChildren(); return }
    answer.replaceChildren(...next.getElementById("ui-answer").childNodes);
    status.textContent = said.textContent;
    status.className = said.className;
    if (get) history.replaceState(null, "", url);
    d.dispatchEvent(new CustomEvent("ui:content", { detail: answer }));
  } catch (err) {
    if (err.name !== "AbortError") { status.textContent = "The server does not answer. What you entered is still here; try again."; status.className = "count" }
  } finally { clearTimeout(slow) }
};

form?.addEventListener("submit", e => { e.preventDefault(); ask() });
d.addEventListener("keydown", e => {
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && form) { e.preventDefault(); form.requestSubmit() }
});
for (const b of d.querySelectorAll("[data-sample]")) {
  b.addEventListener("click", () => { const t = d.getElementById("ui-paste"); t.value = b.dataset.sample; t.focus() });
}
