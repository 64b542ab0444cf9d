// A sitting from this window's point of view: which of the things that can be true are true, and what follows.

import { cleanText } from "./oplog.js";
import { deviceName } from "./store.js";
import { call } from "./sync.js";
import { carryOver } from "./timing.js";

const RUNNING = ["STARTED", "PAUSED"];
const OWING = ["TIME_UP", "SYNC_OWED", "LATE_REVIEW"];
const TYPING = { pause: 1000, most: 5000 };
// A gap without a signal that is short enough to believe the phone's clock.
const BELIEVED = 120000;

export class Sitting {
  /** `view`: update(facts), announce(words). */
  constructor({ data, log, store, view }) {
    Object.assign(this, { data, log, store, view });
    this.facts = {
      isWriter: false, isElsewhere: false, isHolder: data.holder, state: data.state, signal: "online",
      isOver: false, isHandingIn: false, isUncertain: false, isUnkept: !store.isKept, isRefused: false,
      isClosed: false, receipt: null, wait: 0, isOnBreak: false, breakLeft: 0,
      isBreakKnown: Boolean(data.breaks && data.breaks.is_on),
    };
    Object.assign(this, { typing: null, viewed: null, isBehind: false, isRegistered: false, turn: 0 });
  }

  /** What the page is made of; each needs the sitting, and the sitting needs each. */
  join({ screen, sync, clock, breaks }) {
    Object.assign(this, { screen, sync, clock, breaks });
  }

  update(changes) {
    Object.assign(this.facts, changes);
    this.view.update(this.facts);
  }

  get canWrite() {
    return this.canSay && !this.facts.isOver && !this.facts.isHandingIn && !this.facts.isOnBreak;
  }

  /** Whether the log takes anything from here; a pause that is this candidate's own break does not stop it. */
  get canSay() {
    const { isWriter, isHolder, state, isClosed, isBreakKnown } = this.facts;
    return isWriter && isHolder && (state === "STARTED" || (state === "PAUSED" && isBreakKnown)) && !isClosed;
  }

  // --- Whose turn it is

  /** This window has become the writer of this phone: take up the log where phone and server stand. */
  async take(fresh) {
    const turn = (this.turn += 1);
    const note = await this.log.load();
    if (note && note.granted) this.breaks.give(note.granted, null);
    // What this phone knows is enough to go on with; the server is asked as soon as something is sent.
    const known = fresh || (note && note.lease ? null : await this.sync.ask());
    if (turn !== this.turn) return undefined;
    known ? this.follow(known) : this.followNote(note);
    this.screen.fill();
    // Not before: what was chosen would be undone by what was just filled in.
    this.update({ isWriter: true, isElsewhere: false });
    if (this.facts.isClosed || !this.facts.isHolder) return this.sendLeftovers(note);
    this.isRegistered = Boolean(note && note.isRegistered);
    this.log.append("view", 0, null);
    this.viewed = null;
    this.breaks.watch();
    this.sync.start();
    this.sync.touch();
    this.look(this.screen.current);
    if (this.facts.isOver || OWING.includes(this.facts.state)) return this.timeUp();
    return this.log.hasOlder() ? this.catchUp() : undefined;
  }

  yield() {
    this.commitTyping();
    this.sync.stop();
    this.stepBack();
  }

  stepBack() {
    this.turn += 1;
    this.update({ isWriter: false, isElsewhere: true });
  }

  /** Another window writes: read what it has left on the phone. */
  async read() {
    this.stepBack();
    await this.log.load();
    this.log.settle(this.data.answers);
    this.screen.fill();
  }

  follow(known) {
    this.log.follow(known);
    this.log.settle(known.answers, known);
    this.isBehind = false;
    this.update({ isHolder: known.holder });
  }

  followNote(note) {
    const { lease, received, isHolder, left, wall, head, seq } = note || {};
    if (!lease) return this.follow(this.data);
    this.log.follow({ lease, ack_seq: received[lease] || 0, chain_head: head, seq });
    this.log.settle(this.data.answers);
    // The break in which the page was closed went on without it, as far as it was granted.
    const covered = this.breaks.covers();
    const time = carryOver({ left: left || 0, wall: covered ? covered.since + covered.rest : wall }, Date.now());
    const isLong = time.most - time.likely > BELIEVED || Date.now() < wall;
    this.isBehind = true;
    if (left !== null) this.clock.suppose(isLong ? time : { likely: time.likely, most: time.likely });
    return this.update({ isHolder, isUncertain: isLong });
  }

  /** Learn the answers that only the server has. Resolves to whether it said them. */
  async learn() {
    this.isBehind = false;
    const known = await this.sync.ask();
    if (!known) return !(this.isBehind = true);
    this.log.settle(known.answers, known);
    this.screen.fill();
    return true;
  }

  /** The same after the server has what only this phone had: then it knows which answers count. */
  async catchUp() {
    this.isBehind = false;
    if (await this.sync.flush()) await this.learn();
    else this.isBehind = true;
  }

  /** Not ours to write any more, but what this phone still has may count. */
  async sendLeftovers(note) {
    const isOurs = note && note.isHolder && note.lease === this.log.lease;
    if (RUNNING.includes(this.facts.state) && (isOurs || !this.data.keeps_log)) return this.takeOver();
    if (this.log.waiting().length) await this.sync.flush();
    if (this.facts.isClosed && !this.log.waiting().length) await this.leave();
    return undefined;
  }

  /** Ask the server for the exam that another device holds, or that this one held before it was signed out. */
  async takeOver() {
    const { status, data } = await call(this.data.urls.lease, { json: { device: deviceName() } });
    this.update({ wait: (status === 409 && data && data.wait_seconds) || 0, signal: status ? "online" : "offline" });
    this.data.keeps_log = true;
    if (status === 200) return this.take(data);
    return undefined;
  }

  /** Tell the server once by which name it will know this phone after a new sign-in. */
  async register() {
    if (this.isRegistered || !this.canWrite) return;
    this.isRegistered = true;
    const { status } = await call(this.data.urls.lease, { json: { device: deviceName() } });
    this.isRegistered = status === 200;
    this.saveNote();
  }

  // --- What the candidate does

  act(kind, slot, value) {
    if (!this.canWrite) return;
    this.log.append(kind, slot, value);
    this.sync.touch();
    this.saveNote();
  }

  answer(slot, value) {
    const said = typeof value === "string" ? cleanText(value) : value;
    if (JSON.stringify(said) !== JSON.stringify(this.log.valueOf(slot))) this.act(said === null ? "clear" : "answer", slot, said);
  }

  /** A letter was typed: it becomes an answer when the hand rests. */
  type(slot) {
    const since = this.typing ? this.typing.since : performance.now();
    if (this.typing) clearTimeout(this.typing.timer);
    const wait = Math.min(TYPING.pause, Math.max(0, since + TYPING.most - performance.now()));
    this.typing = { slot, since, timer: setTimeout(() => this.commitTyping(), wait) };
    this.screen.setTyping(slot);
  }

  commitTyping() {
    if (!this.typing) return;
    const { slot, timer } = this.typing;
    clearTimeout(timer);
    this.typing = null;
    this.answer(slot, this.screen.read(slot));
    this.screen.setTyping(null);
  }

  look(slot) {
    this.commitTyping();
    if (slot && slot !== this.viewed) this.act("view", slot, null);
    this.viewed = slot;
  }

  // --- The end

  timeUp() {
    this.commitTyping();
    this.update({ isOver: true });
    return this.facts.isWriter && this.facts.isHolder ? this.handIn() : undefined;
  }

  moreTime() {
    this.update({ isOver: false, isHandingIn: false });
  }

  /** Hand in, and go on trying until the server has said that it has everything. */
  async handIn() {
    if (this.facts.isHandingIn || this.facts.receipt) return;
    this.commitTyping();
    this.log.append("submit", 0, null);
    this.update({ isHandingIn: true });
    while (this.facts.isHandingIn && !this.facts.isClosed) {
      const answer = await this.sync.submit(() => this.facts.isHandingIn);
      if (answer) return this.finish(answer);
      if (this.facts.isHandingIn) await this.sync.pause();
    }
    return undefined;
  }

  /** Back to the questions: nothing was handed in yet. */
  withdraw() {
    if (!this.facts.isOver) this.update({ isHandingIn: false });
  }

  async finish(answer) {
    this.sync.stop();
    this.update({ receipt: answer, isHandingIn: false });
    await this.forget();
  }

  async leave() {
    await this.forget();
    location.replace(this.data.urls.result);
  }

  async forget() {
    await Promise.all([this.store.forget(this.data.attempt), this.view.forgetPage()]);
  }

  // --- What the server says

  heard(reply, at) {
    if (reply.state) {
      const isOpen = RUNNING.includes(reply.state) || OWING.includes(reply.state);
      const isBreakKnown = Boolean(reply.breaks && reply.breaks.is_on);
      this.breaks.give(reply, at);
      this.clock.freeze(reply.state === "PAUSED" && !isBreakKnown);
      this.clock.follow(reply, at, this.breaks.ahead());
      this.update({ state: reply.state, isClosed: !isOpen, isUncertain: false, isRefused: false, isBreakKnown });
      this.breaks.watch();
      if (this.isBehind && isOpen) this.catchUp();
    }
    this.saveNote();
    this.register();
  }

  conflict({ error, state, lease }) {
    if (error === "closed") {
      this.sync.stop();
      this.update({ state, isClosed: true, isHandingIn: false });
      if (!this.log.waiting().length) this.leave();
    } else if (error === "lease_lost" || error === "lease_unknown") {
      const wasHolder = this.facts.isHolder;
      this.sync.stop();
      this.update({ state, isHolder: false, isHandingIn: false });
      // The same lease under another name: this browser was signed out and in again.
      if (wasHolder && lease === this.log.lease) this.takeOver();
    } else {
      this.update({ state });
    }
  }

  /** The server cannot join what it has with this log. Once it is worth going on after what the server has; if it
      then still cannot, a person must know. */
  async refused() {
    const known = this.isRestarted ? null : await this.sync.ask();
    if (!known) {
      this.sync.stop();
      return this.update({ isRefused: true });
    }
    this.isRestarted = true;
    this.log.restart(known);
    return this.sync.touch();
  }

  saveNote() {
    if (!this.facts.isWriter || this.facts.receipt) return;
    const { lease, seq, head, received } = this.log;
    const { isRegistered, breaks: { granted }, clock: { left }, facts: { isHolder } } = this;
    const note = { lease, seq, head, received, isHolder, isRegistered, granted, left, wall: Date.now() };
    this.store.write(this.data.attempt, note).catch(() => {});
  }
}
