// A started exam opens again without a signal: the page as it came, and the files it uses, lie in a cache of its
// own that the worker reads (templates/assessments/worker.js). It is deleted after the receipt.

const nameOf = (path) => `sanad-exam:${path}`;
const POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** The page as it was parsed, to be taken before it is changed: to fetch it once more would double what a slow
    line has to carry. */
export function takePage() {
  return `<!doctype html>\n${document.documentElement.outerHTML.replace("<html", "<html data-kept")}`;
}

/** Keep the page under its own address, and the files. Resolves to whether it now opens without a signal; if the
    signal was lost on the way, this can be done again. */
export async function keepPage(html, worker, files) {
  if (!navigator.serviceWorker || !window.caches) return false;
  const path = location.pathname;
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY };
  try {
    const cache = await caches.open(nameOf(path));
    if (!isKeptPage()) await cache.put(path, new Response(html, { headers }));
    await navigator.serviceWorker.register(worker, { scope: path });
    await loaded();
    const used = performance.getEntriesByType("resource").map((entry) => entry.name).filter(isFile);
    const pictures = [...document.images].map((image) => image.src).filter((src) => src && !src.startsWith("data:"));
    const urls = new Set([...used, ...files, ...pictures]);
    await Promise.all([...urls].map((url) => keepFile(cache, url)));
    return true;
  } catch {
    return false;
  }
}

/** Whether this page came from the phone and not from the server. */
export function isKeptPage() {
  return document.documentElement.hasAttribute("data-kept");
}

export async function forgetPage(path) {
  if (!navigator.serviceWorker || !window.caches) return;
  await caches.delete(nameOf(path));
  const registration = await navigator.serviceWorker.getRegistration(path);
  if (registration && new URL(registration.scope).pathname === path) await registration.unregister();
}

function isFile(url) {
  return new URL(url).origin === location.origin && /\.(css|js|woff2|svg)$/.test(new URL(url).pathname);
}

/** Fails only without a signal: a picture that the server does not have will not be missed. */
async function keepFile(cache, url) {
  if (await cache.match(url)) return;
  const response = await fetch(url);
  if (response.ok) await cache.put(url, response);
}

async function loaded() {
  if (document.readyState !== "complete") await new Promise((resolve) => window.addEventListener("load", resolve));
  if (document.fonts) await document.fonts.ready;
}
