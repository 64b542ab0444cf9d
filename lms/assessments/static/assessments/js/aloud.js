// Reading aloud with the phone's own voice, which needs no signal: a button at each question and each option. It
// says what is written there, and nothing else.

const LONGEST = 180;
const WAIT_FOR_VOICES = 2500;
const synthesis = window.speechSynthesis;

/** Sentences, or parts of them that some phones do not break off in the middle of. */
export function partsOf(text) {
  const sentences = text.replace(/\s+/g, " ").match(/[^.!?؟؛…]+[.!?؟؛…]*/g) || [];
  return sentences.flatMap((sentence) => {
    const parts = [""];
    for (const word of sentence.trim().split(" ")) {
      if (parts[parts.length - 1].length + word.length > LONGEST) parts.push("");
      parts[parts.length - 1] = `${parts[parts.length - 1]} ${word}`.trim();
    }
    return parts.filter(Boolean);
  });
}

/** The voice for a language: one that lies on the phone before one that needs a signal. */
export function voiceFor(language, voices) {
  const fitting = voices.filter(({ lang }) => lang.toLowerCase().replace("_", "-").split("-")[0] === language);
  return fitting.find(({ localService }) => localService) || fitting[0] || null;
}

/** Some phones say which voices they have only after a while. */
function voices() {
  const found = synthesis ? synthesis.getVoices() : [];
  if (found.length || !synthesis) return Promise.resolve(found);
  return new Promise((resolve) => {
    const tell = () => resolve(synthesis.getVoices());
    synthesis.addEventListener("voiceschanged", tell, { once: true });
    setTimeout(tell, WAIT_FOR_VOICES);
  });
}

class Reader {
  constructor(words, voice) {
    Object.assign(this, { words, voice });
    this.button = null;
  }

  toggle(button, text) {
    const wasThis = this.button === button;
    this.stop();
    if (!wasThis) this.read(button, text);
  }

  read(button, text) {
    this.button = button;
    button.setAttribute("aria-pressed", "true");
    const said = partsOf(text).map((part) => Object.assign(new SpeechSynthesisUtterance(part), { voice: this.voice, lang: this.voice.lang }));
    if (!said.length) return this.stop();
    const end = () => this.button === button && this.stop();
    said[said.length - 1].addEventListener("end", end);
    for (const one of said) {
      one.addEventListener("error", end);
      synthesis.speak(one);
    }
    return undefined;
  }

  stop() {
    if (this.button) this.button.setAttribute("aria-pressed", "false");
    this.button = null;
    synthesis.cancel();
  }
}

const text = (element) => (element ? element.textContent.trim() : "");
const sentence = (part) => (part && !/[.!?؟؛…:]$/.test(part) ? `${part}.` : part);

/** All that a question says before its options: the stem, its picture in words, and how to answer. */
function questionText(root) {
  const picture = root.querySelector(".exam-question .exam-picture img");
  return [text(root.querySelector("legend")), picture && picture.alt, text(root.querySelector(".exam-question > .hint"))].filter(Boolean).map(sentence).join(" ");
}

/** A line of a matching question says what may be chosen for it, since nothing else reads a closed list. */
function lineText(line) {
  const options = [...line.querySelectorAll("select option")].filter(({ value }) => value !== "0").map(({ textContent }) => textContent.trim());
  const isMatching = !line.closest(".exam-order");
  return [text(line.querySelector("label")), ...(isMatching ? options : [])].map(sentence).join(" ");
}

/** `form` holds one question, or sections with one each, and the words in its data-aloud. */
export async function enhanceAloud(form) {
  const words = JSON.parse(form.dataset.aloud);
  const voice = voiceFor(document.documentElement.lang, await voices());
  if (!voice) {
    const notice = document.querySelector("[data-no-voice]");
    if (notice) notice.hidden = false;
    return;
  }
  const reader = new Reader(words, voice);
  const add = (place, label, said, isWide) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: `button button-quiet button-small aloud${isWide ? " aloud-wide" : ""}` });
    button.setAttribute("aria-pressed", "false");
    button.append(document.querySelector("template[data-speaker]").content.cloneNode(true));
    if (isWide) button.append(Object.assign(document.createElement("span"), { textContent: label }));
    else button.setAttribute("aria-label", label);
    button.addEventListener("click", () => reader.toggle(button, said()));
    place(button);
  };
  for (const story of form.querySelectorAll(".exam-story > .prose")) {
    add((button) => story.before(button), words.story, () => text(story), true);
  }
  for (const question of form.querySelectorAll(".exam-question")) {
    add((button) => question.querySelector("legend").after(button), words.question, () => questionText(question.closest("[data-slot]") || question.parentElement), true);
    for (const choice of question.querySelectorAll(".choices > div")) {
      const label = choice.querySelector("label > span:last-child");
      choice.classList.add("has-aloud");
      add((button) => choice.append(button), words.option.replace("{n}", text(label)), () => text(label));
    }
    for (const line of question.querySelectorAll(".exam-lines > li")) {
      add((button) => line.append(button), words.option.replace("{n}", text(line.querySelector("label"))), () => lineText(line));
    }
  }
  for (const name of ["hashchange", "pagehide"]) window.addEventListener(name, () => reader.stop());
  document.addEventListener("sanad-quiet", () => reader.stop());
}
