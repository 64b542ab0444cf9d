// The worker of one paper page; its scope is that page's address. It only reads: what it may show without a signal
// was put into the cache by the page itself (js/keep.js), so no other private page can ever be in there.

const PATIENCE = 4000;
const path = new URL(self.registration.scope).pathname;
const kept = () => caches.open(`sanad-exam:${path}`);

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (request.destination) event.respondWith(file(request));
});

// The server first: it knows whether this is still the person's exam. Where it does not answer, the kept page.
async function page(request) {
  const answer = fetch(request).catch(() => null);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
  const first = await Promise.race([answer, late]);
  if (first && first.status < 500) return first;
  const copy = await (await kept()).match(path);
  return copy || first || (await answer) || Response.error();
}

async function file(request) {
  return (await (await kept()).match(request)) || fetch(request);
}
