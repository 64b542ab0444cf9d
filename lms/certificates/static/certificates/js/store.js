// What stays on this device: the last register that verified, and the root keys of the first visit. Where the browser
// keeps nothing (a private window), the page works until it is closed.

const NAME = "sanad-check";
const memory = new Map();
let opening = null;

function open() {
  opening =
    opening ||
    new Promise((resolve) => {
      try {
        const request = indexedDB.open(NAME, 1);
        request.onupgradeneeded = () => request.result.createObjectStore("kept");
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  return opening;
}

export async function read(name) {
  const database = await open();
  if (!database) return memory.get(name);
  return new Promise((resolve) => {
    const request = database.transaction("kept").objectStore("kept").get(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(memory.get(name));
  });
}

// A file that the worker serves without a connection (checker_worker.js).
export async function keepFile(url) {
  const cache = await caches.open("sanad-check-later");
  if (!(await cache.match(url))) await cache.add(url);
}

// Resolves whether it is kept beyond this page.
export async function write(name, value) {
  memory.set(name, value);
  const database = await open();
  if (!database) return false;
  return new Promise((resolve) => {
    const change = database.transaction("kept", "readwrite");
    change.objectStore("kept").put(value, name);
    change.oncomplete = () => resolve(true);
    change.onerror = change.onabort = () => resolve(false);
  });
}
