// Putting lines in order with two buttons each, on top of the fields that give each line its number.

const numberOf = (line) => Number(line.querySelector("select").value);

/** Give each line its buttons. `words`: {up, down, keep, place}, of which `place` has {n}; `announce` says them. */
export function enhanceOrdering(section, words, announce) {
  const list = section.querySelector(".exam-order");
  const keep = button(words.keep, "button button-secondary button-small");
  keep.dataset.keep = "";
  list.classList.add("is-movable");
  list.after(keep);
  keep.addEventListener("click", () => give(section, [...list.children]));
  section.addEventListener("written", () => arrange(section));
  for (const line of list.children) {
    const label = line.querySelector("label").textContent;
    for (const [step, sign, word] of [[-1, "↑", words.up], [1, "↓", words.down]]) {
      const move = button(sign, "button button-secondary exam-move");
      move.setAttribute("aria-label", `${word}: ${label}`);
      move.addEventListener("click", () => {
        const lines = [...list.children];
        const from = lines.indexOf(line);
        const to = Math.max(0, Math.min(lines.length - 1, from + step));
        lines.splice(to, 0, ...lines.splice(from, 1));
        give(section, lines);
        move.focus();
        announce(`${label}: ${words.place.replace("{n}", to + 1)}`);
      });
      line.append(move);
    }
  }
  arrange(section);
}

/** Show the lines in the order of their numbers, where each has one. */
function arrange(section) {
  const list = section.querySelector(".exam-order");
  const lines = [...list.children];
  const isGiven = lines.every(numberOf);
  if (isGiven) list.append(...lines.sort((one, other) => numberOf(one) - numberOf(other)));
  section.querySelector("[data-keep]").hidden = isGiven;
  list.toggleAttribute("data-given", isGiven);
}

function give(section, lines) {
  lines.forEach((line, index) => (line.querySelector("select").value = String(index + 1)));
  arrange(section);
  lines[0].dispatchEvent(new Event("change", { bubbles: true }));
}

function button(text, className) {
  return Object.assign(document.createElement("button"), { type: "button", className, textContent: text });
}
