// node node_verdicts.js BOOK [--old]: prints how the browser's verifier differs from the table of verdicts, as JSON;
// with --old by the libraries for browsers that know neither Ed25519 nor gzip.

import { readFileSync } from "node:fs";
import * as ed25519 from "./ed25519.js";
import { PackError } from "./note.js";
import * as pack from "./pack.js";
import { run } from "./run_verdicts.js";
import { judge } from "./verdict.js";

const isOld = process.argv[3] === "--old";
if (isOld) {
  delete globalThis.DecompressionStream;
  const { subtle } = crypto;
  const importKey = subtle.importKey.bind(subtle);
  subtle.importKey = (format, key, ...rest) => {
    if (rest[0].name === "Ed25519") return Promise.reject(new Error("no"));
    return importKey(format, key, ...rest);
  };
}
globalThis.self = globalThis;
const at = (name) => new URL(name, import.meta.url).href;
ed25519.configure({ noble: at("./noble-ed25519.js") });
pack.configure({ inflate: at("./tiny-inflate.js") });
if (((await ed25519.implementation()).name === "noble") !== isOld) throw new Error("not the phone that was asked for");
const book = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(await run({ ...pack, judge, PackError }, book)));
