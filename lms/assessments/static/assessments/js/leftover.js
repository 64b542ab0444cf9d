// The page of a handed-in exam: what this phone kept of it goes, unless the server never got all of it.

import { forgetPage } from "./keep.js";
import { openStore } from "./store.js";

const notice = document.querySelector("[data-leftover]");

async function tidy({ attempt, key }) {
  const store = await openStore();
  const { ops, note } = await store.read(attempt);
  const received = (note && note.received) || {};
  const isOwed = ops.some((op) => op.seq > (received[op.lease] || 0));
  if (!isOwed) {
    await store.forget(attempt);
    const paths = (await window.caches.keys()).map((name) => name.split(":")[1]).filter((path) => path && path.includes(attempt));
    return Promise.all(paths.map(forgetPage));
  }
  notice.hidden = !key;
  return notice.querySelector("[data-emergency]").addEventListener("click", async () => {
    const { shareLog } = await import("./emergency.js");
    await shareLog({ attempt, ops }, key);
  });
}

// Without caches nothing was kept; while the server still waits, the exam's own page sends what there is.
if (notice && window.caches) tidy(notice.dataset);
