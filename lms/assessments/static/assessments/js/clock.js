// The visible clock. It counts from what the server last said with the monotonic clock of the browser, which does
// not follow the clock of the phone; so only the server can move it.

import { JUMP, countdown, hasJumped, secondsLeft, warning } from "./timing.js";

const LOW = 300;

export class ExamClock {
  /** `words`: the sentences to announce, by number of minutes, and `changed` with {time}. `onOver` is called
      when the time runs out, `onMoreTime` if it is given after that, `onJump` when the phone's clock is moved. */
  constructor({ face, ends, words, announce, onOver, onMoreTime, onJump }) {
    Object.assign(this, { face, ends, words, announce, onOver, onMoreTime, onJump });
    this.endsAt = null;
    this.spare = 0;
    this.isFrozen = false;
    this.held = null;
    this.cutAt = Infinity;
    this.isOver = false;
    this.before = Infinity;
    this.markClocks();
    setInterval(() => this.tick(), 1000);
  }

  get left() {
    if (this.endsAt === null) return null;
    const now = performance.now();
    // An exam that is cut at its closing time waits for no break.
    return Math.max(0, Math.min(this.held === null ? this.endsAt - now : this.held, this.cutAt - now));
  }

  /** What the server said: when the time is up and what time it was, at a moment of the monotonic clock. `ahead`:
      how much later it will say so once it knows of all breaks. */
  follow({ deadline, server_now: serverNow, cut_at: cut }, at, ahead = 0) {
    if (!deadline) return;
    const before = this.left;
    if (cut) this.cutAt = at + (cut - serverNow);
    this.endsAt = at + (deadline - serverNow) + ahead;
    if (this.held !== null) this.held = Math.max(0, this.endsAt - performance.now());
    this.spare = 0;
    if (this.ends) this.ends.textContent = clockTime(deadline + ahead);
    if (before !== null && !this.isFrozen && this.held === null && Math.abs(this.left - before) > JUMP) this.tellChange();
    if (this.isOver && this.left > 0) {
      this.isOver = false;
      this.onMoreTime();
    }
    this.show();
  }

  /** Without a server: the time that is likely left, and the most it can be. Only the most ends the sitting. */
  suppose({ likely, most }) {
    this.endsAt = performance.now() + likely;
    this.spare = most - likely;
    this.show();
  }

  /** A pause stands still, and gives its time back when the server says so. */
  freeze(isFrozen) {
    this.isFrozen = isFrozen;
    this.face.toggleAttribute("data-frozen", isFrozen);
  }

  /** A break stops the time that is left, with a signal or without, until it ends. */
  hold(isHeld) {
    if (isHeld === (this.held !== null)) return;
    if (isHeld) {
      this.held = this.left || 0;
    } else {
      this.endsAt = performance.now() + this.left;
      this.held = null;
    }
    this.face.toggleAttribute("data-frozen", isHeld || this.isFrozen);
    this.show();
  }

  tellChange() {
    const seconds = secondsLeft(this.endsAt, performance.now());
    this.before = seconds;
    this.announce(this.words.changed.replace("{time}", countdown(seconds)));
  }

  tick() {
    const [mono, wall] = [performance.now() - this.mono, Date.now() - this.wall];
    if (hasJumped(mono, wall)) {
      this.markClocks();
      this.onJump();
    }
    this.show();
  }

  markClocks() {
    this.mono = performance.now();
    this.wall = Date.now();
  }

  show() {
    if (this.endsAt === null || this.isFrozen || this.held !== null) return;
    const seconds = secondsLeft(this.endsAt, performance.now());
    this.face.textContent = countdown(seconds);
    this.face.closest("[data-clock]").toggleAttribute("data-low", seconds <= LOW);
    const minutes = warning(this.before, seconds);
    if (minutes) this.announce(this.words[minutes]);
    this.before = seconds;
    if (!this.isOver && this.endsAt + this.spare <= performance.now()) {
      this.isOver = true;
      this.onOver();
    }
  }
}

/** 14:05 in Libya, of a moment in milliseconds. */
export function clockTime(moment) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Africa/Tripoli" };
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(moment));
}
