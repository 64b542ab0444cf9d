// The verdict on a scanned text: lms/certificates/verdict.py is the reference, chain.py for what stands above a
// certificate. Without a request and without an exception; the worst that applies first.

import { equal } from "./bytes.js";
import { Refusal, formatNumber, groupNumber, isSignedBy, leafOf, parseMessage, parseText } from "./credential.js";
import { coveredOn, dayAt, leafAt, standing } from "./pack.js";

export const STALE_AFTER = 14 * 86400;
const CLOCK_TOLERANCE = 3600;
const AMBER = ["dated_ahead", "newer_than_register", "clock_behind", "register_stale"];
// Where nothing but a signature speaks for the fields, a chain of genuine certificates would lend them credit.
const WITHOUT_CHAIN = [
  "key_compromised", "key_retired", "key_not_for_course", "key_not_valid_then", "not_in_register", "back_dated",
];

// `now` is the device's clock in Unix seconds. Resolves to { verdict, reason, claims, chain }.
export async function judge(text, pack, now) {
  let credential;
  try {
    credential = parseMessage(parseText(text));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return answer(error.reason);
  }
  const key = pack.keyset.keys.find(({ kid }) => kid === credential.kid);
  if (!key) return answer("unknown_key");
  if (!(await isSignedBy(credential, key.publicKey))) return answer("bad_signature");
  const { claims } = credential;
  const reason =
    keyTrouble(claims, key) ||
    (await registerTrouble(credential, pack)) ||
    dateTrouble(claims, pack, now) ||
    knowledgeTrouble(claims, pack, now) ||
    "valid";
  return answer(reason, claims, WITHOUT_CHAIN.includes(reason) ? null : chainOf(claims, pack));
}

function answer(reason, claims = null, chain = null) {
  const verdict = reason === "valid" ? "green" : AMBER.includes(reason) ? "amber" : "red";
  return { verdict, reason, claims: claims && shown(claims), chain };
}

const isoDay = (day) => new Date(day * 86400000).toISOString().slice(0, 10);

function shown(claims) {
  return {
    number: formatNumber(claims.id),
    name: claims.name,
    course: claims.course,
    index: claims.index,
    issued: isoDay(claims.issued),
    expires: claims.expires === null ? null : isoDay(claims.expires),
    trainer_index: claims.trainerIndex,
  };
}

function keyTrouble({ index, course, issued }, key) {
  if (key.at !== null && index >= key.at) return key.state === "compromised" ? "key_compromised" : "key_retired";
  if (!key.courses.includes("*") && !key.courses.includes(course)) return "key_not_for_course";
  return issued < key.notBefore || issued > key.expires ? "key_not_valid_then" : null;
}

async function registerTrouble(credential, pack) {
  const { index, issued } = credential.claims;
  // Everything issued before the register's day is in it, or was never logged.
  if (index >= pack.size) return issued < dayAt(pack.time) ? "not_in_register" : null;
  if (!equal(leafAt(pack, index), await leafOf(credential))) return "not_in_register";
  const covered = coveredOn(pack, index);
  if (covered !== null && issued < covered - 1) return "back_dated";
  const state = standing(pack, index);
  return state === "valid" ? null : state;
}

function dateTrouble({ index, issued, expires }, pack, now) {
  const today = dayAt(Math.max(now, pack.time));
  if (issued > today) return index < pack.size ? "not_yet_valid" : "dated_ahead";
  return expires !== null && expires < today ? "expired" : null;
}

function knowledgeTrouble({ index }, pack, now) {
  if (index >= pack.size) return "newer_than_register";
  if (now < pack.time - CLOCK_TOLERANCE) return "clock_behind";
  return now - pack.time > STALE_AFTER ? "register_stale" : null;
}

// The trainers' certificates above, nearest first, each as it was on the day of the one below.
function chainOf(claims, { trainers }) {
  const links = [];
  let [index, day] = [claims.trainerIndex, claims.issued];
  while (index !== null) {
    const row = trainers.rows[index];
    if (!row) {
      links.push({ index, state: "unknown", number: null, course: null });
      break;
    }
    links.push({ index, state: stateOn(row, day), number: groupNumber(row.number), course: row.course });
    [index, day] = [row.trainer, row.issued];
  }
  return links;
}

function stateOn(row, day) {
  if (day < row.issued) return "not_yet_issued";
  let state = "valid";
  for (const [changed, to] of row.history) if (changed <= day) state = to;
  if (state !== "valid") return state;
  return row.expires !== null && day > row.expires ? "expired" : "valid";
}
