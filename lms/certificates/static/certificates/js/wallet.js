// The page opens again on this phone without a signal, until its holder signs out (home/js/sanad.js).

const place = document.querySelector("[data-wallet]");
const FILE = /\.(css|js|woff2|svg)$/;

async function keep({ worker, person }) {
  const cache = await caches.open(`sanad-wallet:${person}`);
  const path = location.pathname;
  await navigator.serviceWorker.register(worker, { scope: path });
  await navigator.serviceWorker.ready;
  await document.fonts.ready;
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  // Where there is no signal, what was kept before stays as it is.
  await cache.addAll([path, ...new Set(files.filter((url) => FILE.test(new URL(url).pathname)))]).catch(() => {});
  place.hidden = !(await cache.match(path));
}

if (navigator.serviceWorker && window.caches) keep(place.dataset).catch(() => {});
