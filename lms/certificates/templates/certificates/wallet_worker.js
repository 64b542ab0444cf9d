// The worker of one page that shows a certificate on the phone; its scope is that page's address. The page itself
// keeps its copy (js/wallet.js). A copy is shown only where the server does not answer, and is dropped when the
// server no longer shows the page: somebody else is signed in, or the certificate was withdrawn.

const PATIENCE = 4000;
const path = new URL(self.registration.scope).pathname;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (request.destination) event.respondWith(file(request));
});

async function page(request) {
  const answer = fetch(request).catch(() => null);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
  const first = await Promise.race([answer, late]);
  if (first && first.status < 500) {
    if (!first.ok) await forget();
    return first;
  }
  return (await caches.match(path)) || first || (await answer) || Response.error();
}

async function file(request) {
  return fetch(request).catch(async () => (await caches.match(request)) || Response.error());
}

async function forget() {
  for (const name of await caches.keys()) {
    if (name.startsWith("sanad-wallet:")) await (await caches.open(name)).delete(path);
  }
}
