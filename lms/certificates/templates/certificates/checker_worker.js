// The worker of the checker's page. It keeps the page in both languages and its files, serves them before the
// network is asked, and passes everything else on: the register is the page's own business (js/update.js).

const kept = {{ data|safe }};
const SHELL = `sanad-check-${kept.version}`;
const LATER = "sanad-check-later";
const LANGUAGE = "/v/language";

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", ({ data }) => data.language && remember(data.language));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === "/v") event.respondWith(page(url));
  } else if (kept.later.includes(url.pathname)) event.respondWith(later(request));
  else if (kept.files.includes(url.pathname)) event.respondWith(file(request));
});

async function install() {
  const cache = await caches.open(SHELL);
  const pages = Object.values(kept.pages).map((address) => new Request(address, { cache: "reload" }));
  await cache.addAll([...pages, ...kept.files]);
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("sanad-check-") && name !== SHELL && name !== LATER) await caches.delete(name);
  }
  const cache = await caches.open(LATER);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname !== LANGUAGE && !kept.later.includes(pathname)) await cache.delete(request);
  }
  await self.clients.claim();
}

async function remember(language) {
  if (language in kept.pages) await (await caches.open(LATER)).put(LANGUAGE, new Response(language));
}

async function languageOf(url) {
  const named = url.searchParams.get("l");
  if (named in kept.pages) {
    await remember(named);
    return named;
  }
  const known = await (await caches.open(LATER)).match(LANGUAGE);
  return known ? known.text() : Object.keys(kept.pages)[0];
}

async function page(url) {
  const address = kept.pages[await languageOf(url)];
  return (await (await caches.open(SHELL)).match(address)) || fetch(url.href);
}

async function file(request) {
  return (await (await caches.open(SHELL)).match(request.url)) || fetch(request);
}

async function later(request) {
  const cache = await caches.open(LATER);
  const copy = await cache.match(request.url);
  if (copy) return copy;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request.url, answer.clone());
  return answer;
}
