// As much of CBOR (RFC 8949) as claims are made of: integers, bytes, text, lists, null and maps with integer
// keys, in the one deterministic spelling. Everything else throws; lms/certificates/credential.py is the reference.

import { fromUtf8 } from "./bytes.js";

const MAX_DEPTH = 4;

export class CborError extends Error {}

// `[major, argument, next]`; the argument must have its shortest form.
export function readHead(bytes, at) {
  if (at >= bytes.length) throw new CborError("cut short");
  const major = bytes[at] >> 5;
  const short = bytes[at] & 31;
  if (short < 24) return [major, short, at + 1];
  if (short > 27) throw new CborError("indefinite or reserved length");
  const width = 1 << (short - 24);
  if (at + 1 + width > bytes.length) throw new CborError("cut short");
  let argument = 0n;
  for (let step = 1; step <= width; step++) argument = (argument << 8n) | BigInt(bytes[at + step]);
  const least = width === 1 ? 24n : 1n << BigInt(4 * width);
  if (argument < least) throw new CborError("long form of a short number");
  const isSafe = argument <= BigInt(Number.MAX_SAFE_INTEGER);
  return [major, isSafe ? Number(argument) : argument, at + 1 + width];
}

function readItem(bytes, start, depth) {
  if (depth > MAX_DEPTH) throw new CborError("too deep");
  const [major, argument, at] = readHead(bytes, start);
  switch (major) {
    case 0:
      return [argument, at];
    case 1:
      return [typeof argument === "number" ? -1 - argument : -1n - argument, at];
    case 2:
    case 3:
      return readString(bytes, at, argument, major === 3);
    case 4:
      return readList(bytes, at, argument, depth);
    case 5:
      return readMap(bytes, at, argument, depth);
    default:
      if (bytes[start] === 0xf6) return [null, at];
      throw new CborError("not plain");
  }
}

function readString(bytes, at, length, isText) {
  if (length > bytes.length - at) throw new CborError("cut short");
  const part = bytes.slice(at, at + length);
  return [isText ? fromUtf8(part) : part, at + length];
}

function readList(bytes, start, count, depth) {
  const list = [];
  let at = start;
  for (let n = 0; n < count; n++) {
    let member;
    [member, at] = readItem(bytes, at, depth + 1);
    list.push(member);
  }
  return [list, at];
}

// Keys in the order of the deterministic encoding: the shorter first, then by bytes. Equal keys are not in order.
function isBefore(a, b) {
  if (a.length !== b.length) return a.length < b.length;
  const at = a.findIndex((byte, place) => byte !== b[place]);
  return at >= 0 && a[at] < b[at];
}

function readMap(bytes, start, count, depth) {
  const map = new Map();
  let at = start;
  let before = null;
  for (let n = 0; n < count; n++) {
    if (at < bytes.length && bytes[at] >> 5 > 1) throw new CborError("a key is no integer");
    const keyStart = at;
    let key, member;
    [key, at] = readItem(bytes, at, depth + 1);
    const spelling = bytes.slice(keyStart, at);
    if (before && !isBefore(before, spelling)) throw new CborError("keys out of order");
    before = spelling;
    [member, at] = readItem(bytes, at, depth + 1);
    map.set(key, member);
  }
  return [map, at];
}

export function decode(bytes) {
  const [value, end] = readItem(bytes, 0, 1);
  if (end !== bytes.length) throw new CborError("trailing bytes");
  return value;
}

// The head of a byte or text string, for the bytes that a signature covers.
export function stringHead(major, length) {
  const first = major << 5;
  if (length < 24) return Uint8Array.of(first | length);
  if (length < 256) return Uint8Array.of(first | 24, length);
  return Uint8Array.of(first | 25, length >> 8, length & 255);
}
