// node node_verdicts.js BOOK: prints how the browser's verifier differs from the table of verdicts, as JSON.

import { readFileSync } from "node:fs";
import * as ed25519 from "./ed25519.js";
import { PackError } from "./note.js";
import * as pack from "./pack.js";
import { run } from "./run_verdicts.js";
import { judge } from "./verdict.js";

ed25519.configure({ noble: new URL("./noble-ed25519.js", import.meta.url).href });
const book = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(await run({ ...pack, judge, PackError }, book)));
