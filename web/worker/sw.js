// The service worker: pages that were visited, and the cheat sheet, can be read without a network.
// The network always comes first, so nobody reads an old page while the server answers.
const NAME = "siteerror-" + VERSION, MOST = 200;
const keep = /^\/(?:$|codes|categories|vendors|compare|blog|docs|cheatsheet)/;

addEventListener("install", e => {
  e.waitUntil(caches.open(NAME).then(c => c.addAll(SHELL)).then(() => skipWaiting()));
});

// An older worker's cache goes, but for the pages that were read: they move over.
addEventListener("activate", e => {
  e.waitUntil((async () => {
    const now = await caches.open(NAME);
    for (const name of await caches.keys()) {
      if (name === NAME || !name.startsWith("siteerror-")) continue;
      const old = await caches.open(name);
      for (const request of await old.keys()) {
        if (!request.url.includes("/assets/") && !await now.match(request)) await now.put(request, await old.match(request));
      }
      await caches.delete(name);
    }
    await clients.claim();
  })());
});

const trim = async cache => {
  const pages = (await cache.keys()).filter(r => !SHELL.includes(new URL(r.url).pathname));
  for (const r of pages.slice(0, Math.max(0, pages.length - MOST))) await cache.delete(r);
};

const page = async e => {
  const url = new URL(e.request.url), cache = await caches.open(NAME);
  try {
    const r = await fetch(e.request);
    if (r.ok && !r.redirected && !url.search && keep.test(url.pathname.slice(BASE.length)) && !/no-store/.test(r.headers.get("Cache-Control"))) {
      const copy = r.clone();
      e.waitUntil(cache.delete(url.pathname).then(() => cache.put(url.pathname, copy)).then(() => trim(cache)));
    }
    return r;
  } catch (err) {
    const kept = await cache.match(url.pathname, { ignoreVary: true }) || await cache.match(BASE + "/cheatsheet", { ignoreVary: true });
    if (!kept) throw err;
    return kept;
  }
};

addEventListener("fetch", e => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin) return;
  if (e.request.mode === "navigate") e.respondWith(page(e));
  else if (url.pathname.startsWith(BASE + "/assets/")) e.respondWith(caches.match(e.request, { ignoreVary: true }).then(r => r || fetch(e.request)));
});
