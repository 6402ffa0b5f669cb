for (const b of document.querySelectorAll("[data-sample]")) {
  b.addEventListener("click", () => { const t = document.getElementById("ui-paste"); t.value = b.dataset.sample; t.focus() });
}
