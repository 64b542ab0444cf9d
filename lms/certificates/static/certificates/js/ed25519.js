// Ed25519 by the browser where it can (Chrome 137, Firefox 129, Safari 17), else by the vendored library.
// Both are strict: a scalar at or above the group order is refused, as the server refuses it.

const settings = { noble: "" };
let choice = null;

export function configure(urls) {
  Object.assign(settings, urls);
}

// RFC 8032 section 7.1, TEST 2: what a browser says it can do is tried once.
const KNOWN = {
  key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  message: "72",
  signature:
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
};
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

async function verifyNatively(publicKey, message, signature) {
  const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

async function isNative() {
  try {
    return await verifyNatively(bytesOf(KNOWN.key), bytesOf(KNOWN.message), bytesOf(KNOWN.signature));
  } catch {
    return false;
  }
}

async function chosen() {
  if (await isNative()) return { name: "webcrypto", verify: verifyNatively };
  const noble = await import(settings.noble);
  const verify = (publicKey, message, signature) =>
    noble.verifyAsync(signature, message, publicKey, { zip215: false });
  return { name: "noble", verify };
}

// Which of the two is at work; the promise is made once.
export function implementation() {
  choice = choice || chosen();
  return choice;
}

export async function verify(publicKey, message, signature) {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const { verify: check } = await implementation();
  try {
    return await check(publicKey, message, signature);
  } catch {
    return false;
  }
}
