// The table of verdicts, run by the browser's verifier: imported by a page of the browser tests and by node.
// `run(modules, book)` resolves to the cases on which the verifier differs from the book, and how.

const encode = (text) => new TextEncoder().encode(text);
const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

const bytesOf = (files) =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, path.startsWith("tile/") ? fromBase64(text) : encode(text)]),
  );

function changed(files, changes) {
  const result = { ...files };
  for (const change of changes) {
    const data = result[change.file];
    if ("flip" in change) result[change.file] = data.map((byte, at) => (at === change.flip ? byte ^ change.mask : byte));
    else if ("cut" in change) result[change.file] = data.slice(0, change.cut);
    else if ("put" in change) result[change.file] = encode(change.put);
    else delete result[change.file];
  }
  return result;
}

// A pack in files, its tiles joined as the page's own download has them.
function source(files, { PackError }) {
  const leaves = async (size) => {
    const whole = new Uint8Array(32 * size);
    for (let first = 0; first < size; first += 256) {
      const width = Math.min(256, size - first);
      const number = String(first / 256).padStart(3, "0");
      const tile = files[`tile/0/${number}${width < 256 ? `.p/${width}` : ""}`];
      if (!tile) throw new PackError("missing");
      if (tile.length !== 32 * width) throw new PackError("bad_tile");
      whole.set(tile, 32 * first);
    }
    return whole;
  };
  return { files, leaves };
}

export async function run(modules, book) {
  const packs = {};
  const opening = ({ pack, changes = [] }) => source(changed(bytesOf(book.packs[pack]), changes), modules);
  for (const name of Object.keys(book.packs)) packs[name] = await modules.openPack(opening({ pack: name }), book.roots);
  const differences = [];
  const compare = (name, found, expected) => {
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
    if (a !== b) differences.push(`${name}: ${a} instead of ${b}`);
  };
  for (const { name, pack, now, text, verdict, reason, claims, chain } of book.cases) {
    const found = await modules.judge(text, packs[pack], now);
    compare(name, canonical(found), canonical({ verdict, reason, claims, chain }));
  }
  for (const refusal of book.refusals) {
    const { name, known, roots, need, part, code } = refusal;
    const options = { need, known: known && packs[known] };
    const found = await modules.openPack(opening(refusal), roots, options).then(
      () => ({ part: "opened", code: "" }),
      (error) => (error instanceof modules.PackError ? { part: error.part, code: error.code } : String(error.stack)),
    );
    compare(name, found, { part, code });
  }
  return differences;
}

function canonical(value) {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, canonical(value[name])]));
}
