// The exam page: all questions of the form in one page, shown one at a time, written down on the phone first and
// then sent. The parts: sitting (what is true and what follows), log (what was done), sync (what the server has),
// screen (what is seen), clock, store, lease, keep.

import { giveAids } from "./aids.js";
import { ExamClock, clockTime } from "./clock.js";
import { forgetPage, isKeptPage, keepPage, takePage } from "./keep.js";
import { claimWriter } from "./lease.js";
import { ExamLog } from "./log.js";
import { Screen } from "./screen.js";
import { Sitting } from "./sitting.js";
import { openStore } from "./store.js";
import { Sync } from "./sync.js";

const page = takePage();
const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const data = JSON.parse(one("#paper-data").textContent);
const { key } = one("[data-key]").dataset;
const announcer = one("[data-announcer]");
const announce = (words) => (announcer.textContent = words);

// --- Which notices stand on the page

const isEnding = (facts) => facts.isOver && facts.isHolder && !facts.isClosed;
const NOTICES = {
  window: (facts) => facts.isElsewhere,
  device: (facts) => facts.isWriter && !facts.isHolder && !facts.isClosed,
  wait: (facts) => facts.wait > 0,
  paused: (facts) => facts.state === "PAUSED" && !facts.isBreakKnown && !facts.isOnBreak,
  breaks: (facts) => facts.breakLeft > 0 && !facts.isOnBreak && !facts.isOver && !facts.isClosed,
  offline: (facts) => facts.signal === "offline" && !facts.isOver && !facts.isHandingIn,
  "signed-out": (facts) => facts.signal === "signed-out",
  unkept: (facts) => facts.isUnkept,
  uncertain: (facts) => facts.isUncertain && !facts.isOver,
  refused: (facts) => facts.isRefused,
  over: (facts) => isEnding(facts) && facts.signal === "online",
  owed: (facts) => isEnding(facts) && facts.signal !== "online",
  handing: (facts) => facts.isHandingIn && !facts.isOver,
  closed: (facts) => facts.isClosed,
};

function showFacts(facts) {
  for (const notice of all("[data-when]")) {
    const isTrue = !facts.receipt && NOTICES[notice.dataset.when](facts);
    if (notice.hidden === isTrue) notice.hidden = !isTrue;
  }
  for (const part of all("[data-unless]")) part.hidden = NOTICES[part.dataset.unless](facts);
  for (const text of all("[data-wait]")) text.textContent = text.dataset.wait.replace("{n}", facts.wait);
  screen.lock(!sitting.canWrite);
  showBreak(facts);
  one("[data-hand-in]").disabled = !sitting.canWrite;
  if (facts.receipt && one("[data-screen=done]").hidden) showReceipt(facts.receipt);
}

function showBreak({ isOnBreak, receipt }) {
  const isShown = isOnBreak && !receipt;
  for (const left of all("[data-break-left]")) sitting.breaks.show(left);
  if (one("[data-screen=break]").hidden !== isShown) return;
  one("[data-paper]").toggleAttribute("data-on-break", isShown);
  one("[data-screen=break]").hidden = !isShown;
  document.dispatchEvent(new Event("sanad-quiet"));
  if (isShown) one("[data-screen=break] h1").focus();
  else {
    announce(one("[data-resume]").dataset.over);
    screen.focus();
  }
}

function showReceipt({ server_now: at, result_url: url }) {
  for (const part of all("[data-screen], [data-bar]")) part.hidden = part.dataset.screen !== "done";
  one("[data-receipt-time]").textContent = clockTime(at);
  one("[data-result]").href = url;
  one("[data-screen=done] h1").focus();
}

// --- The parts, joined

let sitting = null;
let screen = null;

async function assemble(store) {
  const { urls, attempt } = data;
  const view = { update: showFacts, forgetPage: () => forgetPage(location.pathname) };
  const log = new ExamLog({
    attempt,
    store,
    onChange: (slot) => screen.paint(slot),
    onUnkept: () => sitting.update({ isUnkept: true }),
  });
  sitting = new Sitting({ data, log, store, view });
  const sync = new Sync({
    log,
    urls,
    handlers: {
      reply: (reply, at) => sitting.heard(reply, at),
      signal: (signal) => signal !== sitting.facts.signal && sitting.update({ signal }),
      conflict: (reply) => sitting.conflict(reply),
      refused: () => sitting.refused(),
      behind: () => sitting.learn(),
    },
  });
  screen = new Screen({
    log,
    announce,
    handlers: {
      change: (slot, value) => sitting.answer(slot, value),
      typing: (slot) => sitting.type(slot),
      flag: (slot, isUp) => sitting.act("flag", slot, isUp),
      clear: (slot) => sitting.answer(slot, null),
      show: (slot) => sitting.look(slot),
    },
  });
  const bar = one("[data-clock]");
  const clock = new ExamClock({
    face: one("[data-face]"),
    ends: one("[data-ends]"),
    words: JSON.parse(bar.dataset.words),
    announce,
    onOver: () => sitting.timeUp(),
    onMoreTime: () => sitting.moreTime(),
    onJump: async () => {
      sitting.act("view", screen.current, null);
      if (!(await sync.flush())) sitting.update({ isUncertain: true });
    },
  });
  const parts = { log, sitting, clock, sync, giveAids: (names) => giveAids(names, one("[data-questions]")) };
  const breaks = data.breaks ? new (await import("./breaks.js")).Breaks(parts) : noBreaks(parts);
  sitting.join({ screen, sync, clock, breaks });
  return { log, sync, clock, breaks };
}

/** For the many to whom no break was granted. If that changes, the server has just been heard: the page is read anew. */
function noBreaks(parts) {
  const none = () => null;
  const give = ({ breaks, aids }) => {
    if (breaks) location.reload();
    parts.giveAids(aids || []);
    none.granted = { aids };
  };
  return Object.assign(none, { give, take: none, end: none, watch: none, covers: none, show: none, ahead: () => 0, granted: null });
}

function listen(sync, writer, breaks) {
  const away = () => document.hidden || !document.hasFocus();
  let wasAway = away();
  const look = () => {
    if (away() !== wasAway) sitting.act((wasAway = away()) ? "focus_lost" : "focus_back", 0, null);
    if (!document.hidden && sitting.facts.isElsewhere) sitting.read();
  };
  const leave = () => {
    sitting.commitTyping();
    sitting.saveNote();
    sync.lastWords();
  };
  for (const name of ["focus", "blur"]) window.addEventListener(name, look);
  document.addEventListener("visibilitychange", () => {
    look();
    if (document.hidden) leave();
    else sync.nudge();
  });
  window.addEventListener("pagehide", leave);
  window.addEventListener("offline", () => sitting.act("offline", 0, null));
  window.addEventListener("online", () => {
    sitting.act("online", 0, null);
    sync.nudge();
  });
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  setInterval(() => sitting.saveNote(), 10000);
  setInterval(() => breaks.watch(), 1000);
  const on = (name, act) => all(`[data-${name}]`).forEach((button) => button.addEventListener("click", act));
  on("steal", () => writer.steal());
  on("take-over", () => sitting.takeOver());
  on("hand-in", () => sitting.handIn());
  on("withdraw", () => sitting.withdraw());
  on("emergency", () => saveFile());
  on("take-break", () => breaks.take());
  on("resume", () => breaks.end());
}

async function saveFile() {
  const { shareLog } = await import("./emergency.js");
  await shareLog({ attempt: data.attempt, ops: sitting.log.entries.map(({ op }) => op) }, key);
}

async function open() {
  const { breaks, clock, log, sync } = await assemble(await openStore());
  let fresh = isKeptPage() ? null : data;
  if (fresh) {
    breaks.give(fresh, performance.now());
    clock.follow(fresh, performance.now());
  }
  log.settle(data.answers);
  screen.fill();
  screen.lock(true);
  screen.show(screen.fromAddress(), { isFirst: true });
  const writer = claimWriter(`sanad-exam:${data.attempt}`, {
    onGain: () => {
      sitting.take(fresh);
      fresh = null;
    },
    onLose: () => sitting.yield(),
    onWait: () => sitting.read(),
  });
  listen(sync, writer, breaks);
  one("[data-opening]").hidden = true;
  one("[data-bar]").hidden = false;
  for (const part of all("[data-emergency]")) part.hidden = !(key && window.crypto && crypto.subtle);
  await keep();
}

async function keep() {
  const isSafe = await keepPage(page, data.urls.worker, data.files);
  one("[data-shaky]").hidden = isSafe;
  if (!isSafe) window.addEventListener("online", keep, { once: true });
}

open();
