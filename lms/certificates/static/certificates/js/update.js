// The register on this device, and how it is renewed: fetched, verified as a whole, and only then taken. What is older
// than what is here, or does not continue it, is refused, so that nobody can bring a revoked certificate back.

import { concat, equal, fromBase64, utf8 } from "./bytes.js";
import { PackError } from "./note.js";
import { openPack } from "./pack.js";
import { read, write } from "./store.js";

const TILE = 256;

export async function keptPack() {
  const kept = await read("pack");
  return kept && kept.format === 1 ? kept : null;
}

// The roots of the first visit count for ever; another page cannot replace them.
async function pinned({ roots, need }) {
  const kept = await read("roots");
  if (!kept) {
    const first = { roots, need };
    if (roots.length) await write("roots", first);
    return first;
  }
  if (String(kept.roots) !== String(roots) || kept.need !== need) throw new PackError("root");
  return kept;
}

// Resolves to the new pack. Throws PackError for one that is refused, TypeError without a connection.
export async function renew(url, page, known) {
  const have = known ? known.size : 0;
  const answer = await fetch(`${url}?have=${have}`, { cache: "no-store", credentials: "omit" });
  if (!answer.ok) throw new PackError("unavailable");
  const offered = await answer.json();
  const { roots, need } = await pinned(page);
  const files = {};
  for (const name of Object.keys(offered.files)) files[name] = utf8(offered.files[name]);
  const pack = await openPack({ files, leaves: leavesOf(offered, known) }, roots, { need, known }).catch((error) => {
    throw explained(error, offered, known);
  });
  if (known && (pack.size < known.size || pack.time < known.time)) throw new PackError("older");
  if (known && !equal(pack.leaves.subarray(0, known.leaves.length), known.leaves)) throw new PackError("rewritten");
  const fetched = Math.floor(Date.now() / 1000);
  Object.assign(pack, { format: 1, fetched, courses: offered.courses, programme: offered.programme });
  pack.isKept = await write("pack", pack);
  return pack;
}

// The leaves before `from` are those held already: if the register was rewritten, they no longer add up.
function leavesOf(offered, known) {
  const start = offered.from;
  if (!known || start > known.size || start % TILE) return async () => fromBase64(offered.leaves);
  return async () => concat(known.leaves.subarray(0, 32 * start), fromBase64(offered.leaves));
}

function explained(error, offered, known) {
  if (!(error instanceof PackError) || !known) return error;
  if (error.code === "lower_serial" || error.code === "serial_reused") return new PackError("older");
  return error.code === "wrong_root" && offered.from > 0 ? new PackError("rewritten") : error;
}
