// The board works without this file, by "Refresh". With it, what changes is fetched anew every few seconds.

const EVERY = 5000;
const JITTER = 1500;
const place = document.querySelector("[data-board]");
const state = document.querySelector("[data-board-state]");
const words = state.querySelector("span");
let shownAt = "";

function tell(kind, text) {
  state.dataset.state = kind;
  words.textContent = text.replace("{time}", shownAt);
}

function show(html) {
  const focused = document.activeElement && place.contains(document.activeElement) ? document.activeElement.id : "";
  place.innerHTML = html;
  shownAt = place.querySelector("[data-at]").dataset.at;
  const again = focused && document.getElementById(focused);
  if (again) again.focus({ preventScroll: true });
  tell("saved", state.dataset.live);
}

async function refresh() {
  try {
    const response = await fetch(place.dataset.board, { credentials: "same-origin", redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    show(await response.text());
  } catch {
    tell("offline", state.dataset.lost);
  }
}

// A board that nobody looks at asks nothing.
async function turn() {
  if (!document.hidden) await refresh();
  setTimeout(turn, EVERY + Math.random() * JITTER);
}

shownAt = place.querySelector("[data-at]").dataset.at;
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setTimeout(turn, EVERY);
