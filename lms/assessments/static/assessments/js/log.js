// The log of this sitting in memory: what was done, what the phone has kept of it and what the server has.

import { answerDigest, genesis, fold, seal } from "./oplog.js";

// A batch the server takes: at most 200 ops, and well below its 256 kB.
const MOST_OPS = 200;
const MOST_CHARACTERS = 60000;
const ANSWERING = ["answer", "clear", "flag"];

export class ExamLog {
  /** `onChange(slot)` is called when an op of the slot is made, kept or received; `onUnkept` when the phone's
      storage refuses one. */
  constructor({ attempt, store, onChange, onUnkept }) {
    Object.assign(this, { attempt, store, onChange, onUnkept });
    this.entries = [];
    this.received = {};
    this.times = {};
    this.answers = {};
    this.lease = 0;
  }

  /** What an earlier life of this page has left on the phone. */
  async load() {
    const { ops, note } = await this.store.read(this.attempt);
    this.entries = ops.map((op) => ({ op, isKept: true }));
    this.received = { ...(note && note.received) };
    return note;
  }

  /** Take up a lease where server and phone stand: `seq` and `head` are the server's last op of it. */
  follow({ lease, ack_seq: seq, chain_head: head }) {
    this.acknowledge(lease, seq);
    const own = this.entries.filter(({ op }) => op.lease === lease);
    const last = own.length ? own[own.length - 1].op : { seq: 0 };
    const isAhead = last.seq && last.seq >= seq;
    this.lease = lease;
    this.seq = isAhead ? last.seq : seq;
    this.head = isAhead ? last.hash : head || genesis(this.attempt, lease);
  }

  /** The answers as they stand: what the server knew when it had the ops up to `ack_seq` of its lease, and over it
      what this phone has done since. Without a server's word, all that this phone knows. */
  settle(answers, { lease, ack_seq: known } = { lease: 0, ack_seq: 0 }) {
    const isNews = ({ op }) => (op.lease < lease ? op.seq > (this.received[op.lease] || 0) : op.lease > lease || op.seq > known);
    this.answers = fold(this.entries.filter(isNews).map(({ op }) => op), answers);
  }

  append(kind, slot, value) {
    const times = { t_mono: Math.floor(performance.now()), t_wall: Date.now() };
    const op = { lease: this.lease, seq: this.seq + 1, slot, kind, value, ...times };
    const entry = { op: seal(this.attempt, op, this.head), isKept: false };
    this.seq += 1;
    this.head = entry.op.hash;
    this.entries.push(entry);
    this.answers = fold([entry.op], this.answers);
    this.store.add(this.attempt, [entry.op]).then(
      () => {
        entry.isKept = this.store.isKept;
        this.onChange(slot);
      },
      () => this.onUnkept(),
    );
    this.onChange(slot);
  }

  /** The server has the ops of a lease up to `seq`. A lower number than before means that it asks for them again. */
  acknowledge(lease, seq, at = null) {
    const isNew = ({ op }) => op.lease === lease && op.seq <= seq && op.seq > (this.received[lease] || 0);
    const slots = new Set(this.entries.filter(isNew).map(({ op }) => op.slot));
    this.received[lease] = seq;
    for (const slot of slots) {
      this.times[slot] = at;
      this.onChange(slot);
    }
  }

  waiting() {
    return this.entries.map(({ op }) => op).filter((op) => op.seq > (this.received[op.lease] || 0));
  }

  /** What to send next: ops of one lease, the oldest first; null if the server has all. */
  batch() {
    const ops = [];
    let size = 0;
    for (const op of this.waiting()) {
      size += JSON.stringify(op).length;
      if (ops.length === MOST_OPS || (ops.length && (op.lease !== ops[0].lease || size > MOST_CHARACTERS))) break;
      ops.push(op);
    }
    if (!ops.length) return null;
    return { lease: ops[0].lease, from_seq: ops[0].seq, ops, unsent: this.waiting().length - ops.length };
  }

  signOfLife() {
    return { lease: this.lease, from_seq: this.seq + 1, ops: [], unsent: 0 };
  }

  /** How far the last change of a slot has come: "server", "phone", "page", or "" if there was none here. */
  levelOf(slot) {
    const own = this.entries.filter(({ op }) => op.slot === slot && ANSWERING.includes(op.kind));
    if (!own.length) return this.answers[slot] ? "server" : "";
    const { op, isKept } = own[own.length - 1];
    if (op.seq <= (this.received[op.lease] || 0)) return "server";
    return isKept ? "phone" : "page";
  }

  /** What is handed in, for the server to compare with what it has. */
  summary() {
    const filled = Object.entries(this.answers).filter(([, { value }]) => value !== null);
    const digests = Object.fromEntries(filled.map(([slot, { value }]) => [slot, answerDigest(value)]));
    return { lease: this.lease, ack_seq: this.received[this.lease] || 0, chain_head: this.head, digests };
  }

  hasOlder() {
    return this.waiting().some((op) => op.lease < this.lease);
  }

  /** The server has other ops under these numbers: go on after its own. What was answered here is said again. */
  restart(known) {
    const mine = this.answers;
    this.entries = [];
    this.store.remove(this.attempt).catch(() => this.onUnkept());
    this.received = {};
    this.follow(known);
    this.settle(known.answers, known);
    this.append("view", 0, null);
    for (const [slot, { value, flag }] of Object.entries(mine)) {
      if (value !== null && JSON.stringify(value) !== JSON.stringify(this.valueOf(slot))) this.say(Number(slot), value);
      if (flag !== this.isFlagged(slot)) this.append("flag", Number(slot), flag);
    }
  }

  /** Make ready to be sent again what the server says it does not have: the ops from a number on. */
  rewind(from) {
    this.acknowledge(this.lease, from - 1);
  }

  /** Of the questions in which phone and server differ: say again what was said here. Returns those of which this
      phone knows nothing, where the server is right: no answer never overwrites one. */
  sayAgain(slots) {
    const isKnown = (slot) => this.entries.some(({ op }) => op.slot === slot && op.kind !== "view" && op.kind !== "flag");
    for (const slot of slots.filter(isKnown)) this.say(slot, this.valueOf(slot));
    return slots.filter((slot) => !isKnown(slot));
  }

  /** The answer to a question as an op; no answer is an op of its own. */
  say(slot, value) {
    this.append(value === null ? "clear" : "answer", slot, value);
  }

  valueOf(slot) {
    return this.answers[slot] ? this.answers[slot].value : null;
  }

  isFlagged(slot) {
    return Boolean(this.answers[slot] && this.answers[slot].flag);
  }
}
