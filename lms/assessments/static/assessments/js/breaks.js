// Breaks that a candidate was granted, as the log tells of them: what lms/assessments/breaks.py counts on the server.
// A break runs from an op `break` to the next op `resume`, or to the next one on a question or to hand in.

import { countdown } from "./timing.js";

const ENDING = ["resume", "submit", "answer", "clear", "flag"];
const ON_CLOCK = ["break", "resume"];
const isPageLoad = (op) => op.kind === "view" && op.slot === 0;

/** Milliseconds of the breaks that have ended, of what is allowed, and for how long one that has not had been
    running at the last op; null if none is. */
export function countBreaks(ops, allowed) {
  let [closed, running, before] = [0, null, null];
  for (const op of [...ops].sort((one, other) => one.lease - other.lease || one.seq - other.seq)) {
    if (running !== null) {
      running += Math.max(0, passed(before, op));
      if (ENDING.includes(op.kind)) {
        closed += Math.min(running, allowed - closed);
        running = null;
      }
    } else if (op.kind === "break") {
      running = 0;
    }
    before = op;
  }
  return { closed, running };
}

/** By the page's own clock; after a reload, or on another device, by the phone's. */
function passed(before, op) {
  return isPageLoad(op) || op.lease !== before.lease ? op.t_wall - before.t_wall : op.t_mono - before.t_mono;
}

export class Breaks {
  /** `giveAids(names)` brings the page to what else was granted. */
  constructor({ log, sitting, clock, sync, giveAids }) {
    Object.assign(this, { log, sitting, clock, sync, giveAids });
    this.allowed = 0;
    this.told = null;
    this.granted = null;
  }

  // --- What the candidate does

  take() {
    if (!this.sitting.canWrite || !this.left) return;
    this.sitting.commitTyping();
    this.clock.hold(true);
    this.sitting.act("break", 0, null);
    this.watch();
    this.sync.flush();
  }

  end() {
    if (!this.sitting.facts.isOnBreak || !this.sitting.canSay) return;
    this.log.append("resume", 0, null);
    this.watch();
    this.sitting.saveNote();
    this.sync.flush();
  }

  /** Bring the page to whether a break is on and what is left of them all; one that is used up ends. */
  watch() {
    const { isOn, left } = this;
    const { facts } = this.sitting;
    this.clock.hold(isOn && facts.isWriter);
    if (isOn !== facts.isOnBreak || Math.ceil(left / 1000) !== Math.ceil(facts.breakLeft / 1000)) {
      this.sitting.update({ isOnBreak: isOn, breakLeft: left });
    }
    if (isOn && (!left || this.clock.left === 0)) this.end();
  }

  // --- What was granted

  /** As the server says at a moment, or (null) as this phone has noted it; also while the exam runs. */
  give({ breaks, aids }, at) {
    if (breaks) this.hear(at === null ? { ...breaks, taken: 0, is_on: false } : breaks, at === null ? performance.now() : at);
    this.giveAids(aids || []);
    this.granted = { breaks, aids };
  }

  hear(breaks, at) {
    this.allowed = breaks.allowed;
    this.told = { ...breaks, at };
  }

  // --- What has been taken

  /** Whether the server does not have all that this phone did to the clock. */
  get isAhead() {
    return this.log.waiting().some((op) => ON_CLOCK.includes(op.kind));
  }

  /** {closed, running} now. Another device's break is known from the server alone. */
  count() {
    const { told } = this;
    const own = countBreaks(this.log.entries.map(({ op }) => op), this.allowed);
    if (own.running !== null) own.running += this.sinceLast();
    else if (told && told.is_on && !this.isAhead && !this.isEndedHere()) return { closed: 0, running: told.taken + performance.now() - told.at };
    else if (told && !this.isAhead) own.closed = Math.max(own.closed, told.taken);
    return own;
  }

  /** The last op of this page load was made on the clock that runs now. */
  sinceLast() {
    const { op } = this.log.entries[this.log.entries.length - 1];
    return Math.max(0, performance.now() - op.t_mono);
  }

  isEndedHere() {
    const last = this.log.entries.map(({ op }) => op).filter((op) => ON_CLOCK.includes(op.kind));
    return last.length > 0 && last[last.length - 1].kind === "resume";
  }

  get isOn() {
    return this.allowed > 0 && this.count().running !== null;
  }

  get taken() {
    const { closed, running } = this.count();
    return Math.min(this.allowed, closed + (running || 0));
  }

  get left() {
    return Math.max(0, this.allowed - this.taken);
  }

  /** How much later than the server knows the time is up. */
  ahead() {
    return this.told && (this.isAhead || this.isOn) ? this.taken - (this.told.taken + (this.told.is_on ? performance.now() - this.told.at : 0)) : 0;
  }

  /** If the page was closed within a break: since when by the phone's clock nothing was heard, and what was then
      left of the breaks, in milliseconds. */
  covers() {
    const ops = this.log.entries.map(({ op }) => op);
    const { closed, running } = countBreaks(ops, this.allowed);
    if (running === null) return null;
    return { since: ops[ops.length - 1].t_wall, rest: Math.max(0, this.allowed - closed - running) };
  }

  show(element) {
    element.textContent = countdown(Math.ceil(this.left / 1000));
  }
}
