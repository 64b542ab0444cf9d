// The checkers' pack, trusted as a whole or not at all: lms/certificates/pack.py and the modules of its parts are
// the reference. An opened pack is plain data, so that the browser can keep it and need not verify it at each start.

import { equal, fromBase64, fromBase64url, fromHex, sha256, toHex, utf8 } from "./bytes.js";
import { isCanonicalNumber, isCourse, leafHash } from "./credential.js";
import { rootOf } from "./merkle.js";
import {
  PackError, list, members, openNote, optionalWhole, parseKey, parseNote, refuse, requireQuorum, unseal, whole, words,
} from "./note.js";

const MAX_DAY = 65535;
const SLOTS = 131072;
const STATES = ["active", "retired", "compromised"];
const STANDINGS = ["valid", "suspended", "revoked"];

export const dayAt = (seconds) => Math.floor((seconds + 7200) / 86400);

async function part(name, read) {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    throw new PackError(error.code, error.part || name);
  }
}

// Verify a pack. `files` holds the signed parts as bytes, `leaves(size)` gives the leaf hashes in one array; `roots` are
// encoded root keys, `need` of which must have signed; `known` is the pack held so far. Throws PackError.
export async function openPack({ files, leaves }, roots, { need = 1, known = null } = {}) {
  const pinned = await Promise.all(roots.map(parseKey));
  const file = (name) => files[name] || refuse("missing");
  const keyset = await part("keyset", async () =>
    requireNewer(known && known.keyset, await openKeyset(file("keyset"), pinned, need)),
  );
  const log = [keyset.log];
  const head = await part("checkpoint", () => openHead(file("checkpoint"), keyset));
  const status = await part("status", () => openStatus(file("status"), log));
  const trainers = await part("trainers", () => openTrainers(file("trainers"), log));
  const days = await part("days", () => openDays(file("days"), log));
  const tree = await part("tile", () => openTree(head, leaves));
  for (const [name, size] of [["status", status.size], ["trainers", trainers.size], ["days", days.size]]) {
    if (size > head.size) throw new PackError("newer_than_checkpoint", name);
  }
  const pack = { keyset, size: head.size, head: head.text, time: status.time, status, trainers, days, leaves: tree };
  await part("status", () => requireLogged(pack, files.status));
  return pack;
}

export const leafAt = (pack, index) => pack.leaves.subarray(32 * index, 32 * index + 32);

// --- The keyset

async function openKeyset(data, roots, need) {
  const { text, body } = await unseal("keyset", data, roots, need);
  members(body, "approvers", "issued", "keys", "log", "serial", "witnesses");
  const keyset = {
    serial: whole(body.serial, 1),
    issued: whole(body.issued),
    log: await parseKey(words(body.log)),
    keys: await Promise.all(list(body.keys).map(readKey)),
    witnesses: await readPolicy(body.witnesses),
    text,
  };
  await readPolicy(body.approvers);
  const kids = keyset.keys.map((key) => key.kid);
  if (String(kids) !== String([...new Set(kids)].sort())) refuse("bad_kids");
  const isForeign = (key) => key.algorithm === 4 && !equal(key.publicKey, keyset.log.publicKey);
  if (!keyset.witnesses.keys.every(isForeign)) refuse("bad_policy");
  return keyset;
}

async function readKey(body) {
  members(body, "at", "courses", "expires", "kid", "not_before", "public_key", "state");
  if (!STATES.includes(body.state)) refuse("bad_state");
  const publicKey = fromHex(words(body.public_key)) || refuse("bad_value");
  if (publicKey.length !== 32) refuse("bad_value");
  const courses = list(body.courses).map(words);
  const [notBefore, expires] = [whole(body.not_before), whole(body.expires)];
  const at = optionalWhole(body.at);
  if (notBefore > expires || expires > MAX_DAY) refuse("bad_days");
  if (!courses.length || !courses.every((course) => course === "*" || isCourse(course))) refuse("bad_courses");
  if (String(courses) !== String([...new Set(courses)].sort())) refuse("bad_courses");
  if ((at === null) !== (body.state === "active")) refuse("bad_state");
  const kid = toHex((await sha256(publicKey)).slice(0, 4));
  if (kid !== body.kid) refuse("bad_kids");
  return { kid, publicKey, notBefore, expires, courses, state: body.state, at };
}

async function readPolicy(body) {
  members(body, "keys", "need");
  const keys = await Promise.all(list(body.keys).map((key) => parseKey(words(key))));
  const need = whole(body.need);
  const differ = (values) => new Set(values).size === keys.length;
  const areDifferent = differ(keys.map((key) => String(key.publicKey))) && differ(keys.map((key) => key.name));
  if (need > keys.length || !areDifferent) refuse("bad_policy");
  return { need, keys };
}

function requireNewer(known, offered) {
  if (known && offered.serial < known.serial) refuse("lower_serial");
  if (known && offered.serial === known.serial && offered.text !== known.text) refuse("serial_reused");
  return offered;
}

// --- The head, and the leaves that must add up to it

async function openHead(data, keyset) {
  const { text, signedBy } = await openNote(data, [keyset.log]);
  const [origin, size, root, ...extensions] = text.slice(0, -1).split("\n");
  const rootBytes = fromBase64(root || "");
  if (!origin || !extensions.every(Boolean) || rootBytes.length !== 32) refuse("bad_checkpoint");
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(size)) refuse("bad_checkpoint");
  if (!signedBy.includes(origin)) refuse("wrong_origin");
  await requireQuorum(parseNote(data), keyset.witnesses);
  return { text, size: Number(size), root: rootBytes };
}

async function openTree(head, leaves) {
  const tree = await leaves(head.size);
  if (tree.length !== 32 * head.size || !equal(await rootOf(tree), head.root)) refuse("wrong_root");
  return tree;
}

// --- The status list

async function openStatus(data, log) {
  const { body } = await unseal("status", data, log);
  members(body, "index", "revoked", "serial", "size", "suspended", "time");
  const status = {
    serial: whole(body.serial, 1),
    time: whole(body.time),
    size: whole(body.size),
    index: optionalWhole(body.index),
  };
  status.revoked = await readBits(body.revoked, status.size);
  status.suspended = await readBits(body.suspended, status.size);
  if (status.index !== null && status.index < status.size) refuse("bad_value");
  return status;
}

async function readBits(strings, size) {
  const count = Math.max(1, Math.ceil(size / SLOTS));
  if (list(strings).length !== count) refuse("bad_bitstring");
  const bits = await Promise.all(strings.map(inflate));
  for (let slot = size; slot < count * SLOTS; slot++) if (isSet(bits, slot)) refuse("bad_slot");
  return bits;
}

const isSet = (bits, index) => (bits[Math.floor(index / SLOTS)][(index % SLOTS) >> 3] & (0x80 >> (index & 7))) !== 0;

async function inflate(text) {
  const packed = words(text).startsWith("u") ? fromBase64url(text.slice(1)) : null;
  const bits = packed && (await gunzip(packed));
  if (!bits || bits.length !== SLOTS / 8) refuse("bad_bitstring");
  return bits;
}

const settings = { inflate: "" };

export function configure(urls) {
  Object.assign(settings, urls);
}

// The browser's own where it has one (Chrome 80, Firefox 113, Safari 16.4), else the vendored library.
async function gunzip(packed) {
  try {
    if (typeof DecompressionStream === "function") {
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    }
    const inflateRaw = await library();
    // RFC 1952: ten bytes without options, the data, a checksum (the list is signed), and the length.
    if (String(packed.subarray(0, 4)) !== "31,139,8,0") return null;
    if (new DataView(packed.buffer, packed.byteOffset).getUint32(packed.length - 4, true) !== SLOTS / 8) return null;
    return inflateRaw(packed.subarray(10, -8), new Uint8Array(SLOTS / 8));
  } catch {
    return null;
  }
}

// It is a CommonJS module, and leaves what it exports where one expects it.
async function library() {
  self.module = self.module || {};
  await import(settings.inflate);
  return self.module.exports;
}

// `index` lies within the pack; what was logged after the list was made is not on it.
export function standing({ status }, index) {
  if (index >= status.size) return "valid";
  if (isSet(status.revoked, index)) return "revoked";
  return isSet(status.suspended, index) ? "suspended" : "valid";
}

// A list that says where it was logged must be the one that stands there.
async function requireLogged(pack, note) {
  const { index, time } = pack.status;
  if (index === null) return;
  const kid = toHex((await sha256(pack.keyset.log.publicKey)).slice(0, 4));
  const digest = toHex(await sha256(note));
  const record = JSON.stringify({ day: dayAt(time), index, kid, sha256: digest, type: "status_list" });
  if (index >= pack.size || !equal(leafAt(pack, index), await leafHash(record))) refuse("not_logged");
}

// --- The trainers' certificates, and the days of the heads

async function openTrainers(data, log) {
  const { body } = await unseal("trainers", data, log);
  members(body, "serial", "size", "time", "trainers");
  whole(body.serial, 1);
  whole(body.time);
  const table = { size: whole(body.size), rows: {} };
  for (const row of list(body.trainers).map(readTrainer)) {
    if (row.index in table.rows || row.index >= table.size) refuse("bad_row");
    table.rows[row.index] = row;
  }
  return table;
}

function readTrainer(body) {
  members(body, "course", "expires", "history", "index", "issued", "number", "trainer");
  const row = {
    index: whole(body.index),
    number: isCanonicalNumber(words(body.number)) ? body.number : refuse("bad_row"),
    course: words(body.course),
    issued: whole(body.issued),
    expires: optionalWhole(body.expires),
    trainer: optionalWhole(body.trainer),
    history: list(body.history).map(readChange),
  };
  const days = [row.issued, ...row.history.map(([day]) => day)];
  if (days.some((day, at) => day > MAX_DAY || day < days[at - 1])) refuse("bad_days");
  if (row.expires !== null && row.expires < row.issued) refuse("bad_days");
  if (!isCourse(row.course) || (row.trainer !== null && row.trainer >= row.index)) refuse("bad_row");
  return row;
}

function readChange(change) {
  const [day, to] = list(change);
  if (change.length !== 2 || !STANDINGS.includes(to)) refuse("bad_row");
  return [whole(day), to];
}

async function openDays(data, log) {
  const { body } = await unseal("days", data, log);
  members(body, "days", "serial", "size", "time");
  whole(body.serial, 1);
  whole(body.time);
  const size = whole(body.size);
  let before = [0, -1];
  for (const row of list(body.days)) {
    if (!Array.isArray(row) || row.length !== 2) refuse("bad_row");
    if (whole(row[0]) <= before[0] || whole(row[1]) <= before[1] || row[1] > MAX_DAY) refuse("bad_row");
    before = row;
  }
  return before[0] > size ? refuse("bad_row") : { size, rows: body.days };
}

export function coveredOn({ days }, index) {
  const row = days.rows.find(([size]) => size > index);
  return row ? row[1] : null;
}
