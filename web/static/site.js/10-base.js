// What the pages gain from JavaScript. Nothing depends on it. The files of this
// folder are joined in the order of their names into one module; only what
// stands here is shared between them.
const d = document;
const root = d.documentElement;
const base = d.body.dataset.base || ""; // the path before every link of the site

const $ = (selector, from = d) => from.querySelector(selector);
const $$ = (selector, from = d) => [...from.querySelectorAll(selector)];

const el = (tag, props = {}, ...children) => {
  const e = d.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in e) e[name] = value;
    else e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
};

// Storage may be forbidden; then nothing is remembered.
const store = {
  get(key) {
    try { return localStorage[key]; } catch { return undefined; }
  },
  set(key, value) {
    try { localStorage[key] = value; } catch { /* private mode */ }
  },
};

// enrich gives a page what it gains, now, and what a tool puts into it later.
const enrich = gain => {
  gain(d);
  d.addEventListener("ui:content", e => gain(e.detail));
};

// say tells it to people who listen to the page.
let sayTimer;
const say = (text, wait = 0) => {
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => { $("#ui-status").textContent = text; }, wait);
};
