// The text of a code, the message in its digits, and the claims in the message: lms/certificates/qrtext.py,
// credential.py, holder_name.py and number.py are the reference, tests/vectors/verdicts.json the common examples.

import { concat, equal, sha256, toHex, utf8 } from "./bytes.js";
import { CborError, decode, readHead, stringHead } from "./cbor.js";
import { verify } from "./ed25519.js";

const MAX_BYTES = 400;
const MAX_DAY = 65535;
const MAX_INDEX = 2 ** 32 - 1;
const MIN_BARE_DIGITS = 100;
const DIGITS_FOR_BYTES = [0, 3, 5, 8, 10, 13, 15, 17];
const MAX_DIGITS = (Math.floor(MAX_BYTES / 7) + 1) * 17;
const TEXT = /^(?:(https?:\/\/[A-Za-z0-9._:[\]-]+)\/v\/?#|#)?([0-9]+)$/;
const COURSE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const [EXPIRES, ISSUED, ID, OWN] = [4, 6, 7, -65537];

export class Refusal extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const malformed = () => new Refusal("malformed");

// --- The text and its digits

export function parseText(text) {
  const match = TEXT.exec(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""));
  if (!match) throw new Refusal("not_ours");
  const [, base, digits] = match;
  if (base === undefined && digits.length < MIN_BARE_DIGITS) throw new Refusal("not_ours");
  return decodeDigits(digits);
}

export function isCertificateText(text) {
  try {
    parseText(text);
    return true;
  } catch (error) {
    return error.reason !== "not_ours";
  }
}

function decodeDigits(digits) {
  if (digits.length > MAX_DIGITS) throw malformed();
  const bytes = [];
  for (let at = 0; at < digits.length; at += 17) {
    const group = digits.slice(at, at + 17);
    const length = DIGITS_FOR_BYTES.indexOf(group.length);
    const value = BigInt(group);
    if (length < 0 || value >= 1n << BigInt(8 * length)) throw malformed();
    for (let place = length - 1; place >= 0; place--) bytes.push(Number((value >> BigInt(8 * place)) & 255n));
  }
  return Uint8Array.from(bytes);
}

// --- The message

const PROTECTED = Uint8Array.of(0xa2, 0x01, 0x27, 0x04, 0x44);
const OPENING = concat(Uint8Array.of(0xd2, 0x84, 0x49), PROTECTED);
const KID_END = OPENING.length + 4;

// There is one spelling of an envelope, so it is compared and not interpreted.
export function parseMessage(message) {
  if (message.length > MAX_BYTES || !equal(message.slice(0, OPENING.length), OPENING)) throw malformed();
  const kid = message.slice(OPENING.length, KID_END);
  if (kid.length !== 4 || message[KID_END] !== 0xa0) throw malformed();
  const [payload, signature] = readBody(message, KID_END + 1);
  const claims = readClaims(decodeStrictly(payload));
  return { message, kid: toHex(kid), payload, signature, claims };
}

function readBody(message, start) {
  let major, length, at;
  try {
    [major, length, at] = readHead(message, start);
  } catch {
    throw malformed();
  }
  const end = at + Number(length);
  const isBody = major === 2 && message.length === end + 66;
  if (!isBody || message[end] !== 0x58 || message[end + 1] !== 64) throw malformed();
  return [message.slice(at, end), message.slice(end + 2)];
}

function decodeStrictly(payload) {
  try {
    return decode(payload);
  } catch (error) {
    if (error instanceof CborError || error instanceof TypeError) throw malformed();
    throw error;
  }
}

function readClaims(value) {
  const own = value instanceof Map ? value.get(OWN) : null;
  if (!Array.isArray(own) || !own.length) throw malformed();
  if (own[0] !== 1) throw new Refusal("unknown_version");
  const [, name, course, index, trainerIndex] = own;
  const claims = { id: value.get(ID), name, course, index, issued: value.get(ISSUED), trainerIndex };
  claims.expires = value.has(EXPIRES) ? value.get(EXPIRES) : null;
  const isWhole = own.length === 5 && value.size === (value.has(EXPIRES) ? 4 : 3);
  if (!isWhole || (value.has(EXPIRES) && claims.expires === null) || !isSound(claims)) throw malformed();
  return claims;
}

const isNumber = (value, most) => Number.isSafeInteger(value) && value >= 0 && value <= most;

function isSound(claims) {
  const { id, index, issued, expires, trainerIndex } = claims;
  const ends = expires === null ? issued : expires;
  return (
    id instanceof Uint8Array &&
    id.length === 10 &&
    isName(claims.name) &&
    isCourse(claims.course) &&
    isNumber(index, MAX_INDEX) &&
    isNumber(issued, MAX_DAY) &&
    isNumber(ends, MAX_DAY) &&
    ends >= issued &&
    (trainerIndex === null || isNumber(trainerIndex, index - 1))
  );
}

export const isCourse = (value) => typeof value === "string" && COURSE.test(value);

// What no reader sees must not be in a signed name; the joiners stay, because some scripts need them.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
const ODD_SPACE = /^ | {2}| $|(?! )\p{Zs}/u;

export function isName(name) {
  if (typeof name !== "string" || !name || HIDDEN.test(name.replace(/[\u200c\u200d]/g, ""))) return false;
  return name.normalize("NFC") === name && !ODD_SPACE.test(name);
}

// The Sig_structure of RFC 9052 section 4.4.
function signedBytes(credential) {
  const { message, payload } = credential;
  const header = message.slice(OPENING.length - PROTECTED.length - 1, KID_END);
  const context = utf8("Signature1");
  const open = concat(Uint8Array.of(0x84), stringHead(3, context.length), context);
  return concat(open, header, Uint8Array.of(0x40), stringHead(2, payload.length), payload);
}

export function isSignedBy(credential, publicKey) {
  return verify(publicKey, signedBytes(credential), credential.signature);
}

// --- The leaf of the register

export const leafHash = (record) => sha256(concat(Uint8Array.of(0), utf8(record)));

// The canonical record, its members in the order of their names.
export async function leafOf({ claims, kid, message }) {
  const digest = toHex(await sha256(message));
  const { course, index, issued } = claims;
  return leafHash(JSON.stringify({ course, day: issued, index, kid, sha256: digest, type: "issue" }));
}

// --- The printed number

export function formatNumber(id) {
  let value = 0n;
  for (const byte of id) value = (value << 8n) | BigInt(byte);
  let number = "";
  for (let shift = 75n; shift >= 0n; shift -= 5n) number += ALPHABET[Number((value >> shift) & 31n)];
  return groupNumber(number);
}

export const groupNumber = (number) => number.replace(/(.{4})(?=.)/g, "$1-");
export const isCanonicalNumber = (number) => /^[0-9A-HJKMNP-TV-Z]{16}$/.test(number);

