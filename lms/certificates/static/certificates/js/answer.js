// A verdict as a person reads it: what it is, what to do, and every signed field large, to be held beside the paper.

const STYLES = { green: "", amber: "verdict-warn", red: "verdict-bad" };

// An element: attributes, then children; what is text stays text.
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const key of Object.keys(attributes)) element.setAttribute(key, attributes[key]);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const icon = (name) => document.querySelector(`template[data-icon="${name}"]`).content.cloneNode(true);
const ltr = (text) => h("bdi", { dir: "ltr", class: "ltr" }, String(text));
const muted = (...children) => h("span", { class: "muted small" }, ...children);

export function dayWords(iso, data) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${data.months[month - 1]} ${year}`;
}

// Unix seconds on the clock of Libya.
export function momentWords(seconds, data) {
  const [day, clock] = new Date((seconds + 7200) * 1000).toISOString().split("T");
  return `${dayWords(day, data)}${data.language === "ar" ? "، " : ", "}${clock.slice(0, 5)}`;
}

export const filled = (words, value) => words.replace("{time}", value);

// `answer` is what `judge` resolves to, or a typed number's state; `pack` the register it was judged by.
export function build(answer, pack, data, now) {
  const { title, advice } = data.words[answer.reason];
  const banner = h(
    "div",
    { class: `verdict ${STYLES[answer.verdict]}` },
    icon(answer.verdict),
    h("h1", { id: "verdict", class: "verdict-word", tabindex: "-1" }, title),
    h("p", {}, advice),
    answer.reason === "clock_behind" ? h("p", {}, filled(data.texts.clock, momentWords(now, data))) : null,
  );
  const parts = answer.claims ? signed(answer, pack, data) : answer.number ? typed(answer, data) : [];
  const by = pack ? [h("p", { class: "muted small" }, filled(data.texts.checked_by, momentWords(pack.time, data)))] : [];
  const attributes = { class: "stack", "aria-labelledby": "verdict", "data-verdict": answer.reason };
  return h("section", attributes, banner, ...parts, ...by);
}

const row = (label, ...value) => h("div", {}, h("dt", {}, label), h("dd", {}, ...value));

function typed({ number }, { texts }) {
  const fields = h("dl", { class: "ledger signed" }, row(texts.number, ltr(number)));
  return [fields, h("p", { class: "muted" }, texts.state_only)];
}

function signed(answer, pack, data) {
  const { claims, chain } = answer;
  const { texts } = data;
  const name = row(texts.name, h("bdi", {}, claims.name));
  name.lastChild.className = "signed-name";
  const fields = h(
    "dl",
    { class: "ledger signed" },
    name,
    row(texts.course, ...courseOf(claims.course, pack, data)),
    row(texts.number, ltr(claims.number)),
    row(texts.issued, dayWords(claims.issued, data)),
    row(texts.expires, claims.expires === null ? texts.endless : dayWords(claims.expires, data)),
    row(texts.entry, ltr(claims.index)),
  );
  return chain ? [fields, ...chained(answer, pack, data)] : [fields];
}

function courseOf(code, pack, { language }) {
  const names = (pack.courses || {})[code];
  return names ? [`${names[language]} `, muted(ltr(code))] : [ltr(code)];
}

function chained({ claims, chain, verdict }, pack, { texts, links, language }) {
  const isWhole = chain.every((link) => link.state === "valid");
  // What only a signature speaks for gets no sign of its own.
  const steps = [step(verdict === "amber" ? null : verdict === "green", [ltr(claims.number)], muted(texts.this))];
  for (const { state, number, course } of chain) {
    const pill = h("span", { class: `pill pill-${state === "valid" ? "good" : "bad"}` }, links[state]);
    const note = h("span", { class: "small" }, pill, " ", course ? muted(ltr(course)) : "");
    steps.push(step(state === "valid", [`${texts.under} `, number ? ltr(number) : texts.unknown], note));
  }
  if (chain.every((link) => link.state !== "unknown")) {
    steps.push(step(true, [(pack.programme || {})[language] || ""], muted(texts.itself)));
  }
  return [
    h("h2", { class: "section-title" }, texts.chain),
    ...(isWhole ? [] : [notice(texts.broken)]),
    h("ol", { class: "steps" }, ...steps),
  ];
}

const step = (isSound, words, note) =>
  h("li", isSound === null ? {} : { class: isSound ? "is-done" : "is-broken" }, h("span", {}, ...words), note);

const notice = (words) =>
  h("div", { class: "notice notice-warn" }, icon("warn"), h("div", { class: "notice-body" }, h("p", {}, words)));
