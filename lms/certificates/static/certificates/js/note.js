// Signed notes (c2sp.org/signed-note), witness cosignatures (c2sp.org/tlog-cosignature) and the canonical JSON in
// them: lms/register/note.py, cosignature.py, canonical.py and lms/certificates/signed_document.py are the reference.

import { concat, equal, fromBase64, fromUtf8, sha256, utf8 } from "./bytes.js";
import { verify } from "./ed25519.js";

const ED25519 = 1;
const COSIGNATURE = 4;
const MAX_NOTE_BYTES = 4000000;
const MAX_SIGNATURES = 100;

export class PackError extends Error {
  constructor(code, part = "") {
    super(`${part} ${code}`);
    this.code = code;
    this.part = part;
  }
}

export const refuse = (code) => {
  throw new PackError(code);
};

function requireName(name) {
  if (!name || /[+\s\x00-\x1f\x85]/.test(name)) refuse("bad_name");
}

// A key as `<name>+<id>+<base64(algorithm || key)>`.
export async function parseKey(encoded) {
  const [, name, id, rest] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(encoded) || refuse("bad_key");
  const data = fromBase64(rest);
  if (!data.length) refuse("bad_key");
  requireName(name);
  const algorithm = data[0];
  if (algorithm !== ED25519 && algorithm !== COSIGNATURE) refuse("unknown_algorithm");
  if (data.length !== 33) refuse("bad_key");
  const keyId = (await sha256(concat(utf8(`${name}\n`), data))).slice(0, 4);
  if (Array.from(keyId, (byte) => byte.toString(16).padStart(2, "0")).join("") !== id) refuse("bad_key");
  return { name, algorithm, keyId, publicKey: data.slice(1), encoded };
}

export function parseNote(data) {
  if (data.length > MAX_NOTE_BYTES) refuse("note_too_long");
  let whole;
  try {
    whole = fromUtf8(data);
  } catch {
    refuse("bad_note");
  }
  const split = whole.lastIndexOf("\n\n");
  if (split < 0 || !whole.endsWith("\n")) refuse("bad_note");
  const text = whole.slice(0, split + 1);
  const lines = whole.slice(split + 2);
  if (!lines.endsWith("\n")) refuse("bad_note");
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) refuse("bad_text");
  const signatures = lines.slice(0, -1).split("\n").map(parseSignature);
  if (signatures.length > MAX_SIGNATURES) refuse("bad_note");
  return { text, signatures };
}

function parseSignature(line) {
  const match = /^— ([^ ]*) (.*)$/s.exec(line) || refuse("bad_note");
  const data = fromBase64(match[2]);
  if (data.length <= 4) refuse("bad_note");
  requireName(match[1]);
  return { name: match[1], keyId: data.slice(0, 4), value: data.slice(4) };
}

const isBy = (signature, key) => signature.name === key.name && equal(signature.keyId, key.keyId);

async function verifies(key, text, value) {
  if (key.algorithm === ED25519) return verify(key.publicKey, utf8(text), value);
  return (await cosignedAt(key, text, value)) !== null;
}

// At least `need` different keys signed the note, and no known key wrongly. `signedBy` holds names.
export async function openNote(data, keys, need = 1) {
  const note = parseNote(data);
  const found = new Map();
  for (const signature of note.signatures) {
    const key = keys.find((each) => isBy(signature, each));
    if (!key || found.has(key)) continue;
    if (!(await verifies(key, note.text, signature.value))) refuse("bad_signature");
    found.set(key, signature);
  }
  const different = new Set([...found.keys()].map((key) => String(key.publicKey)));
  if (different.size < Math.max(need, 1)) refuse("not_signed");
  return { ...note, signedBy: [...found.keys()].map((key) => key.name) };
}

// The time of a witness's cosignature in Unix seconds, or null for what is none.
async function cosignedAt(key, text, value) {
  if (value.length !== 72) return null;
  let time = 0n;
  for (const byte of value.slice(0, 8)) time = (time << 8n) | BigInt(byte);
  const message = utf8(`cosignature/v1\ntime ${time}\n${text}`);
  if (!(await verify(key.publicKey, message, value.slice(8)))) return null;
  return time > 0n && time < 1n << 63n ? time : null;
}

export async function requireQuorum(note, { need, keys }) {
  if (!need) return;
  const found = new Set();
  for (const key of keys) {
    for (const signature of note.signatures) {
      if (!isBy(signature, key)) continue;
      if ((await cosignedAt(key, note.text, signature.value)) === null) refuse("bad_signature");
      found.add(String(key.publicKey));
    }
  }
  if (found.size < need) refuse("no_quorum");
}

// --- Documents: `sanad/<kind>/v1` and canonical JSON

export async function unseal(kind, data, keys, need = 1) {
  const { text } = await openNote(data, keys, need);
  const header = `sanad/${kind}/v1\n`;
  if (!text.startsWith(header)) refuse("wrong_kind");
  return { text, body: parsePretty(text.slice(header.length, -1)) };
}

function parsePretty(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    refuse("not_canonical");
  }
  if (!isObject(value)) refuse("not_canonical");
  if (JSON.stringify(canonical(value), null, 1) !== text) refuse("not_canonical");
  return value;
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// The same value with its members in order; what has no canonical form is refused.
function canonical(value) {
  if (value === null) return value;
  if (typeof value === "string") return /^[ -~]*$/.test(value) ? value : refuse("not_canonical");
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? value : refuse("not_canonical");
  if (Array.isArray(value)) return value.map(canonical);
  if (!isObject(value)) refuse("not_canonical");
  const sorted = {};
  for (const name of Object.keys(value).sort()) sorted[canonical(name)] = canonical(value[name]);
  return sorted;
}

// --- What a document must hold

export function members(body, ...names) {
  if (!isObject(body) || Object.keys(body).sort().join() !== names.sort().join()) refuse("bad_fields");
  return body;
}

export function whole(value, least = 0) {
  return Number.isSafeInteger(value) && value >= least ? value : refuse("bad_value");
}

export const optionalWhole = (value) => (value === null ? null : whole(value));
export const words = (value) => (typeof value === "string" && value ? value : refuse("bad_value"));
export const list = (value) => (Array.isArray(value) ? value : refuse("bad_value"));
