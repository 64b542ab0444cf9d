// The root of an RFC 6962 tree given as leaf hashes.

import { concat, sha256 } from "./bytes.js";

const NODE = Uint8Array.of(1);

// `leaves` holds 32 bytes each. Level by level, so that the browser may hash a whole level at once; a node
// without a sibling rises as it is, which is the same tree as the definition's split at the largest power of two.
export async function rootOf(leaves) {
  if (!leaves.length) return sha256(new Uint8Array(0));
  let row = [];
  for (let at = 0; at < leaves.length; at += 32) row.push(leaves.subarray(at, at + 32));
  while (row.length > 1) {
    const pairs = [];
    for (let at = 0; at < row.length; at += 2) {
      pairs.push(at + 1 < row.length ? sha256(concat(NODE, row[at], row[at + 1])) : row[at]);
    }
    row = await Promise.all(pairs);
  }
  return row[0];
}
