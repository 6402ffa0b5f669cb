// The score of finished rounds and the streak of right answers stay in this browser.
const d = document, get = k => { try { return +localStorage[k] || 0 } catch { return 0 } }, set = (k, v) => { try { localStorage[k] = v } catch { /* private mode */ } };
const next = d.getElementById("ui-next"), feedback = d.querySelector(".feedback b");
if (feedback) { set("quizStreak", feedback.textContent === "Correct" ? get("quizStreak") + 1 : 0); next?.focus() }
const p = d.createElement("p"); p.className = "meta"; p.textContent = `Streak: ${get("quizStreak")}`; d.getElementById("main").append(p);
