// Bytes and their spellings. Everything here is synchronous but SHA-256, which the browser has.

const encoder = new TextEncoder();

export const utf8 = (text) => encoder.encode(text);

// Strict: a spelling that is not UTF-8 throws, and a byte order mark is a character like any other.
export function fromUtf8(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a, b) {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Null for anything but lower-case hexadecimal.
export function fromHex(text) {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

function fromBinary(binary) {
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

// Only the one canonical spelling counts; anything else, and nothing at all, gives no bytes.
export function fromBase64(text) {
  if (text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return new Uint8Array(0);
  try {
    const binary = atob(text);
    return btoa(binary) === text ? fromBinary(binary) : new Uint8Array(0);
  } catch {
    return new Uint8Array(0);
  }
}

// Null for what is not base64url without padding.
export function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  try {
    return fromBinary(atob(text.replace(/-/g, "+").replace(/_/g, "/")));
  } catch {
    return null;
  }
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
