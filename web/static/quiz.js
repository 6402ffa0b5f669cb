// The quiz by keys, and what this browser remembers of it: the streak of right
// answers, the rounds played and the best of them.
const d = document;
const form = d.querySelector(".quiz");
const feedback = d.querySelector(".feedback");

const load = () => {
  try { return JSON.parse(localStorage.quiz || "{}"); } catch { return {}; }
};
const save = state => {
  try { localStorage.quiz = JSON.stringify(state); } catch { /* private mode */ }
};

const state = { streak: 0, longest: 0, rounds: 0, best: 0, last: "", ...load() };
const score = d.getElementById("ui-score");
const right = Number(score?.dataset.score || 0);

if (feedback) {
  const asked = feedback.dataset.round + ":" + feedback.dataset.number;
  if (state.last !== asked) { // not counted again when the page is loaded again
    state.last = asked;
    state.streak = feedback.dataset.right === "true" ? state.streak + 1 : 0;
    state.longest = Math.max(state.longest, state.streak);
    if (feedback.dataset.last) {
      state.rounds++;
      state.best = Math.max(state.best, right);
    }
    save(state);
  }
  // A page that is loaded says nothing of its own; this does.
  const status = d.getElementById("ui-status");
  setTimeout(() => { status.textContent = feedback.textContent.trim(); }, 100);
}
d.querySelector(".feedback ~ p > #ui-next, #ui-again")?.focus({ preventScroll: true });
if (score) {
  const parts = [`Score ${right}`, `streak ${state.streak}`];
  if (state.longest > state.streak) parts.push(`longest ${state.longest}`);
  if (state.rounds) parts.push(`${state.rounds} round${state.rounds === 1 ? "" : "s"}, best ${state.best}`);
  score.textContent = parts.join(" · ");
}

d.addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(input|textarea)$/i.test(e.target.tagName) && e.target.type !== "radio") return;
  const radio = form?.querySelectorAll("input[type=radio]:not(:disabled)")[Number(e.key) - 1];
  if (!radio) return;
  e.preventDefault();
  radio.checked = true;
  radio.focus();
});
