// What the phone keeps of an attempt, in IndexedDB: its operations and a note of where it stands. Nothing leaves
// this store before the server's receipt is here.

const VERSION = 1;
// A battery may die a second later: the answer must be on the disk and not on its way there.
const STRICT = { durability: "strict" };

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function finished(transaction) {
  // Asked for at once, because a page that is closing does not live to see its transaction end by itself.
  if (transaction.commit) transaction.commit();
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

const rangeOf = (attempt) => IDBKeyRange.bound([attempt], [attempt, []]);

class PhoneStore {
  constructor(database) {
    this.isKept = true;
    this.database = database;
    database.onversionchange = () => database.close();
  }

  async read(attempt) {
    const [ops, notes] = ["ops", "notes"].map((name) => this.database.transaction(name).objectStore(name));
    const [found, note] = await Promise.all([done(ops.getAll(rangeOf(attempt))), done(notes.get(attempt))]);
    return { ops: found.map((row) => row.op), note: note || null };
  }

  add(attempt, ops) {
    const transaction = this.database.transaction("ops", "readwrite", STRICT);
    for (const op of ops) transaction.objectStore("ops").put({ attempt, lease: op.lease, seq: op.seq, op });
    return finished(transaction);
  }

  write(attempt, note) {
    const transaction = this.database.transaction("notes", "readwrite");
    transaction.objectStore("notes").put({ ...note, attempt });
    return finished(transaction);
  }

  remove(attempt) {
    const transaction = this.database.transaction("ops", "readwrite");
    transaction.objectStore("ops").delete(rangeOf(attempt));
    return finished(transaction);
  }

  forget(attempt) {
    const transaction = this.database.transaction(["ops", "notes"], "readwrite");
    transaction.objectStore("ops").delete(rangeOf(attempt));
    transaction.objectStore("notes").delete(attempt);
    return finished(transaction);
  }
}

/** Where a browser keeps nothing (some do not in private windows): as long as the page lives, and it says so. */
class PageStore {
  constructor() {
    this.isKept = false;
  }

  async read() {
    return { ops: [], note: null };
  }

  async add() {}

  async write() {}

  async remove() {}

  async forget() {}
}

export async function openStore() {
  try {
    const request = indexedDB.open("sanad-exam", VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("ops", { keyPath: ["attempt", "lease", "seq"] });
      request.result.createObjectStore("notes", { keyPath: "attempt" });
    };
    return new PhoneStore(await done(request));
  } catch {
    return new PageStore();
  }
}

/** A name for this browser, by which the server knows it again after a new sign-in. */
export function deviceName() {
  try {
    const name = localStorage.getItem("sanad-device") || String(crypto.getRandomValues(new Uint32Array(4)));
    localStorage.setItem("sanad-device", name);
    return name;
  } catch {
    return "";
  }
}
