// The emergency file: the whole log, sealed for the server alone (ECDH on P-256, HKDF, AES-GCM), to be carried by
// whatever way there is: a message, a memory card, another phone.

// Byte by byte: a long log has more of them than a function takes arguments.
const base64 = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
const url64 = (bytes) => base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const CURVE = { name: "ECDH", namedCurve: "P-256" };

function bytesOf(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** {v, attempt, epk, iv, ct} of the log under the server's key (a raw point, base64url). */
export async function sealLog({ attempt, ops }, serverKey) {
  const { subtle } = crypto;
  const recipient = await subtle.importKey("raw", bytesOf(serverKey), CURVE, false, []);
  const own = await subtle.generateKey(CURVE, false, ["deriveBits"]);
  const shared = await subtle.deriveBits({ name: "ECDH", public: recipient }, own.privateKey, 256);
  const secret = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const epk = await subtle.exportKey("raw", own.publicKey);
  const info = new TextEncoder().encode(`sanad-exam:${attempt}`);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: epk, info };
  const key = await subtle.deriveKey(derivation, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify({ attempt, ops }));
  const ct = await subtle.encrypt({ name: "AES-GCM", iv }, key, plain);
  return { v: 1, attempt, epk: url64(epk), iv: url64(iv), ct: url64(ct) };
}

/** Offer the file to the phone's share sheet, or as a download where there is none. */
export async function shareLog(log, serverKey) {
  const sealed = JSON.stringify(await sealLog(log, serverKey));
  const file = new File([sealed], `sanad-exam-${log.attempt.slice(0, 8)}.json`, { type: "application/json" });
  if (navigator.canShare && navigator.canShare({ files: [file] })) {
    try {
      return await navigator.share({ files: [file], title: file.name });
    } catch (problem) {
      if (problem.name === "AbortError") return undefined;
    }
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  return undefined;
}
