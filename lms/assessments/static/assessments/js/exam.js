// The exam page by page, where the browser cannot keep a whole one: each button saves. This file lets the clock
// run, says what is not saved yet, and at the end presses the buttons.

import { countdown, warning } from "./timing.js";

const bar = document.querySelector("[data-exam-bar]");
const question = document.querySelector("[data-exam-form]");
const handIn = document.querySelector("[data-exam-hand-in]");
const state = document.querySelector("[data-exam-state]");
const face = bar.querySelector("[data-exam-clock]");
const announcer = document.querySelector("[data-announcer]");

// performance.now() does not follow the phone's clock. It counts from the arrival of the page.
const [arrival] = performance.getEntriesByType("navigation");
let endsAt = (arrival ? arrival.responseStart : 0) + Number(bar.dataset.remaining) * 1000;
let before = Infinity;
let isUnsaved = false;

function show() {
  const seconds = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
  face.textContent = countdown(seconds);
  face.closest(".exam-clock").toggleAttribute("data-low", seconds <= 300);
  const minutes = warning(before, seconds);
  if (minutes) announcer.textContent = bar.dataset[`warn-${minutes}`];
  if (!seconds && before) end();
  before = seconds;
}

// The review comes after the question, finds the clock at zero, and hands in.
function end() {
  announcer.textContent = bar.dataset["warn-0"];
  isUnsaved = false;
  if (handIn) return handIn.submit();
  const go = Object.assign(document.createElement("input"), { type: "hidden", name: "go", value: "review" });
  question.append(go);
  return question.submit();
}

// A phone that slept asks the server what time it is.
async function resync() {
  if (document.hidden) return;
  try {
    const response = await fetch(bar.dataset.clock, { headers: { Accept: "application/json" } });
    const { remaining } = await response.json();
    endsAt = performance.now() + remaining * 1000;
    show();
  } catch {
    // No signal: the monotonic clock goes on.
  }
}

function change() {
  isUnsaved = true;
  state.dataset.state = "device";
  state.textContent = state.dataset.unsaved;
}

bar.querySelector("[data-exam-still]").remove();
if (question && question.dataset.aloud) import("./aloud.js").then(({ enhanceAloud }) => enhanceAloud(question));
document.addEventListener("visibilitychange", resync);
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
if (question) {
  question.addEventListener("input", change);
  question.addEventListener("submit", () => (isUnsaved = false));
  window.addEventListener("beforeunload", (event) => isUnsaved && event.preventDefault());
}
setInterval(show, 1000);
show();
