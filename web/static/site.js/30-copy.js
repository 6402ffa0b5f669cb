// A button beside each block copies exactly the text that is shown.
{
  const copy = async (button, text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // no permission, or no https
      const area = el("textarea", { value: text });
      d.body.append(area);
      area.select();
      d.execCommand("copy");
      area.remove();
      button.focus();
    }
    const { textContent } = button, name = button.getAttribute("aria-label");
    if (textContent === "Copied") return;
    button.textContent = "Copied";
    if (name) button.setAttribute("aria-label", "Copied");
    say("Copied");
    setTimeout(() => {
      button.textContent = textContent;
      if (name) button.setAttribute("aria-label", name);
    }, 2000);
  };

  enrich(within => {
    for (const pre of $$("pre.code", within)) {
      if (pre.hidden || pre.closest(".quiz, .review, .understood, .codebox")) continue;
      const what = pre.getAttribute("aria-label") || "code";
      const button = el("button", { type: "button", className: "plain copy", textContent: "Copy", "aria-label": "Copy " + what });
      button.addEventListener("click", () => copy(button, $("code", pre).textContent));
      const box = el("div", { className: "codebox" });
      pre.replaceWith(box);
      box.append(button, pre);
    }
  });

  $(".copymd")?.addEventListener("click", async e => {
    const button = e.currentTarget, response = await fetch(button.dataset.src);
    if (response.ok) copy(button, await response.text());
  });
  $(".copylink")?.addEventListener("click", e => copy(e.currentTarget, $("a", e.currentTarget.parentElement).href));
}
