// What the candidate sees of the paper: one question at a time with the map of all, or the review.

import { clockTime } from "./clock.js";
import { isText, read, write } from "./kinds.js";

const REVIEW = "review";
const STATES = { server: "saved", phone: "device", page: "offline" };
const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

export class Screen {
  /** `handlers`: change(slot, value), typing(slot), flag(slot, isUp), clear(slot), show(slot). */
  constructor({ log, announce, handlers }) {
    Object.assign(this, { log, announce, handlers });
    this.sections = all("[data-slot]");
    this.form = one("[data-questions]");
    this.state = one("[data-state-of-question]");
    this.total = one("[data-state-of-paper]");
    this.title = one("[data-title]");
    this.flag = one("[name=flag]");
    this.current = 1;
    this.enhance();
    this.listen();
  }

  enhance() {
    const ordering = this.sections.filter((section) => section.dataset.kind === "ordering");
    if (ordering.length) this.enhanceOrdering(ordering);
    // Beside the question there is room for the map; under it, it opens when it is asked for.
    one("[data-map]").open = window.matchMedia("(min-width: 60rem)").matches;
    for (const part of all("[data-list]")) part.append(one("[data-map] .exam-grid").cloneNode(true));
  }

  async enhanceOrdering(sections) {
    const words = JSON.parse(this.form.dataset.words);
    const { enhanceOrdering } = await import("./ordering.js");
    for (const section of sections) enhanceOrdering(section, words, this.announce);
  }

  listen() {
    this.form.addEventListener("input", ({ target }) => {
      const section = target.closest("[data-slot]");
      if (section && isText(section)) this.handlers.typing(Number(section.dataset.slot));
    });
    this.form.addEventListener("change", ({ target }) => {
      const section = target.closest("[data-slot]");
      if (section) this.handlers.change(Number(section.dataset.slot), read(section));
      else if (target === this.flag) this.handlers.flag(this.current, this.flag.checked);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go(this.next());
    });
    document.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-go]");
      if (!button) return;
      const { go } = button.dataset;
      this.go({ next: this.next(), previous: Math.max(1, this.current - 1), review: REVIEW }[go] || Number(go));
    });
    one("[data-clear]").addEventListener("click", () => {
      write(this.section(this.current), null);
      this.handlers.clear(this.current);
    });
    window.addEventListener("hashchange", () => this.show(this.fromAddress()));
  }

  section(slot) {
    return this.sections[slot - 1];
  }

  read(slot) {
    return read(this.section(slot));
  }

  next() {
    return this.current < this.sections.length ? this.current + 1 : REVIEW;
  }

  fromAddress() {
    const name = location.hash.slice(1);
    if (name === REVIEW) return REVIEW;
    const slot = Number(name);
    return slot >= 1 && slot <= this.sections.length ? slot : 1;
  }

  /** Each question is a place in the history, so the phone's back button leads to the one before. */
  go(where) {
    if (String(where) === location.hash.slice(1)) this.show(where);
    else location.hash = where;
  }

  show(where, { isFirst = false } = {}) {
    const isReview = where === REVIEW;
    if (!isReview) this.current = where;
    one("[data-screen=question]").hidden = isReview;
    one("[data-screen=review]").hidden = !isReview;
    this.sections.forEach((section, index) => (section.hidden = isReview || index + 1 !== where));
    for (const button of all("[data-map] [data-go]")) {
      if (button.dataset.go === String(where)) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    if (isReview) this.paintReview();
    else this.paintQuestion();
    if (!isFirst) this.focus();
    this.handlers.show(isReview ? 0 : where);
  }

  /** To the beginning of what is shown. */
  focus() {
    window.scrollTo(0, 0);
    one("[data-screen]:not([hidden]) h1").focus({ preventScroll: true });
  }

  paintQuestion() {
    const { current } = this;
    this.title.textContent = this.title.dataset.title.replace("{n}", current);
    one("[data-go=previous]").hidden = current === 1;
    one("[data-go=next] [data-label]").textContent =
      one("[data-go=next]").dataset[current < this.sections.length ? "next" : "last"];
    this.flag.checked = this.log.isFlagged(current);
    this.paint(current);
  }

  /** Show what the log says: every answer again, after it was read from the phone or the server. */
  fill() {
    this.sections.forEach((section, index) => {
      if (this.typing !== index + 1) write(section, this.log.valueOf(index + 1));
      this.paint(index + 1);
    });
    this.flag.checked = this.log.isFlagged(this.current);
  }

  /** The state of one question, wherever it is shown. 0 is the paper. */
  paint(slot) {
    if (slot) this.paintPlace(slot);
    if (slot === this.current) this.tell(this.state, this.levelOf(slot), slot);
    const waiting = this.sections.filter((_, index) => ["phone", "page"].includes(this.levelOf(index + 1))).length;
    const { all: everything, some } = this.total.dataset;
    const words = waiting ? some.replace("{n}", waiting) : everything;
    say(this.total, words, waiting ? "device" : "saved");
    const count = one("[data-count]");
    const answered = this.sections.filter((_, index) => this.log.valueOf(index + 1) !== null).length;
    count.textContent = count.dataset.count.replace("{answered}", answered);
    if (!one("[data-screen=review]").hidden) this.paintReview();
  }

  levelOf(slot) {
    return this.typing === slot ? "page" : this.log.levelOf(slot);
  }

  /** Somebody is writing in a question: what stands there is nowhere yet. */
  setTyping(slot) {
    const before = this.typing;
    this.typing = slot;
    for (const changed of new Set([before, slot])) if (changed) this.paint(changed);
  }

  tell(element, level, slot) {
    const time = level === "server" && this.log.times[slot];
    const words = element.dataset[time ? "serverAt" : level || "none"];
    say(element, time ? words.replace("{time}", clockTime(time)) : words, STATES[level] || "");
  }

  paintPlace(slot) {
    const isAnswered = this.log.valueOf(slot) !== null;
    const level = this.levelOf(slot);
    const parts = JSON.parse(one("[data-map]").dataset.words);
    for (const button of all(`.exam-grid [data-go="${slot}"]`)) {
      button.toggleAttribute("data-answered", isAnswered);
      button.toggleAttribute("data-flagged", this.log.isFlagged(slot));
      button.toggleAttribute("data-unsent", level === "phone" || level === "page");
      const said = [isAnswered && parts.answered, this.log.isFlagged(slot) && parts.flagged];
      if (level === "phone" || level === "page") said.push(parts.unsent);
      one("[data-said]", button).textContent = said.filter(Boolean).map((part) => `, ${part}`).join("");
    }
  }

  paintReview() {
    const slots = this.sections.map((_, index) => index + 1);
    const lists = {
      open: slots.filter((slot) => this.log.valueOf(slot) === null),
      flagged: slots.filter((slot) => this.log.isFlagged(slot)),
      unsent: slots.filter((slot) => ["phone", "page"].includes(this.levelOf(slot))),
    };
    // Beside the question there is room for the map; under it, it opens when it is asked for.
    one("[data-map]").open = window.matchMedia("(min-width: 60rem)").matches;
    for (const part of all("[data-list]")) {
      const chosen = lists[part.dataset.list];
      part.hidden = !chosen.length;
      for (const item of all("li", part)) item.hidden = !chosen.includes(Number(one("[data-go]", item).dataset.go));
    }
    one("[data-complete]").hidden = lists.open.length > 0;
  }

  /** Read only, or open again. */
  lock(isLocked) {
    for (const field of this.form.elements) {
      if (!field.dataset.go) field.disabled = isLocked;
    }
  }
}

/** Words and the colour of a state; the same words again would be read aloud again. */
function say(element, words, state) {
  const text = one("[data-text]", element);
  if (text.textContent !== words) text.textContent = words;
  element.dataset.state = state;
}
