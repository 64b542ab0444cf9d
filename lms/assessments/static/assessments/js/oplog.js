// The operations log of an attempt, as pure functions: what lms/assessments/oplog.py does on the server. Both
// run tests/vectors/exam_cases.json.
//
// op = {lease, seq, slot, kind, value, t_mono, t_wall, prev_hash, hash}. Within a lease `seq` counts from 1
// without gaps, and each op names the hash of the one before it.

import { sha256 } from "./sha256.js";

const ANSWERING = { answer: "value", clear: "value", flag: "flag" };

/** What the first op of a lease names as the hash before it. */
export function genesis(attempt, lease) {
  return sha256(`sanad-exam:${attempt}:${lease}`);
}

export function hashOf(attempt, op) {
  const { lease, seq, slot, kind, value, t_mono, t_wall, prev_hash } = op;
  return sha256(JSON.stringify([attempt, lease, seq, slot, kind, value, t_mono, t_wall, prev_hash]));
}

/** The op with its place in the chain. `op` has all but the two hashes. */
export function seal(attempt, op, prevHash) {
  const linked = { ...op, prev_hash: prevHash };
  return { ...linked, hash: hashOf(attempt, linked) };
}

/** How many ops from the start of a lease form an unbroken chain. */
export function unbroken(attempt, lease, ops) {
  let before = genesis(attempt, lease);
  for (const [index, op] of ops.entries()) {
    const isNext = op.lease === lease && op.seq === index + 1 && op.prev_hash === before;
    if (!isNext || hashOf(attempt, op) !== op.hash) return index;
    before = op.hash;
  }
  return ops.length;
}

/** The answers after some ops, whatever their order: {slot: {value, flag}}, a later op over an earlier one. */
export function fold(ops, before = {}) {
  const answers = { ...before };
  for (const op of [...ops].sort((one, other) => one.lease - other.lease || one.seq - other.seq)) {
    const field = ANSWERING[op.kind];
    if (!field || !op.slot) continue;
    answers[op.slot] = { value: null, flag: false, ...answers[op.slot], [field]: op.value };
  }
  return answers;
}

/** What stands for an answer when phone and server compare what they have. */
export function answerDigest(value) {
  return sha256(JSON.stringify(value));
}

/** The text without what no database keeps: halves of characters, and the null character. */
export function cleanText(text) {
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd").replace(/\0/g, "");
}
