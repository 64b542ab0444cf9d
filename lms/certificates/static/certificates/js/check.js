// The checker's page. A code comes from the address, the camera, a picture or the field; it is judged on this device
// by the register that was fetched before. Nothing is requested while a check is under way.

import { build, filled, momentWords } from "./answer.js";
import { isCertificateText } from "./credential.js";
import { configure as configureEd25519, implementation } from "./ed25519.js";
import { PackError } from "./note.js";
import { configure as configurePack } from "./pack.js";
import { keepFile } from "./store.js";
import { keptPack, renew } from "./update.js";
import { judge } from "./verdict.js";

// Fetched when a picture is first to be read; the worker keeps it (checker_worker.js).
const scanning = () => import("./scanner.js");

const FRESH = 3600;
const QUIET = 20000;
const UNNOTICED = 100;
const data = JSON.parse(document.getElementById("checker-data").textContent);
const { texts, urls } = data;
const part = (name) => document.querySelector(`[data-${name}]`);
const form = part("check");
const field = form.elements.text;
const state = { pack: null, text: null, checks: 0, isUpdating: false, camera: null, offer: null, waiting: 0 };

// What cannot be a typed number is somebody else's code, and judged as one.
const NO_NUMBER = /[:/#?.+=@]|^.{41}/s;

const clock = () => Math.floor(Date.now() / 1000);
const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// --- The check

async function check(text) {
  state.checks += 1;
  state.text = text;
  busy(texts.checking);
  try {
    if (!state.pack) {
      clear();
      await update();
    }
    if (!state.pack) return;
    const now = clock();
    show(await judge(text, state.pack, now), state.pack, now);
  } catch (error) {
    clear();
    say(texts.failed);
    throw error;
  } finally {
    state.checks -= 1;
    busy(null);
  }
}

async function checkNumber(text) {
  state.text = null;
  clear();
  busy(texts.checking);
  try {
    const body = new URLSearchParams({ text });
    const answer = await fetch(`${urls.number}?l=${data.language}`, { method: "POST", body, credentials: "omit" });
    const found = await answer.json();
    if (answer.ok) show({ ...found, claims: null, chain: null }, null, clock());
    else say(found.error);
  } catch {
    say(navigator.onLine ? texts.failed : texts.number_offline);
  } finally {
    busy(null);
  }
}

function show(answer, pack, now) {
  say(null);
  part("answer").textContent = "";
  part("answer").append(build(answer, pack, data, now));
  headed(false);
  document.title = `${data.words[answer.reason].title} – ${document.title.split(" – ").pop()}`;
  field.value = "";
  document.getElementById("verdict").focus({ preventScroll: true });
  scrollTo(0, 0);
}

// The last answer must not stand beside the next question.
function clear() {
  say(null);
  part("answer").textContent = "";
  headed(true);
}

function headed(isStart) {
  if (part("head")) part("head").hidden = !isStart;
  if (part("another")) part("another").hidden = isStart;
}

// On a slow phone each state of the page costs a tenth of a second to draw: what is over by then is not announced.
function busy(words) {
  clearTimeout(state.waiting);
  part("checking").hidden = true;
  if (!words) return;
  state.waiting = setTimeout(() => {
    clear();
    part("checking").hidden = false;
  }, UNNOTICED);
}

function say(words) {
  const place = part("problem");
  place.hidden = !words;
  part("problem-words").textContent = words || "";
  if (words) place.focus();
}

// A code opened by a phone's camera comes in the address. It is taken out, so that it stays in no history.
function takeFragment() {
  const digits = location.hash.slice(1);
  if (!/^[0-9]{20,2000}$/.test(digits)) return null;
  history.replaceState(null, "", location.pathname);
  return `${location.origin}/v#${digits}`;
}

// --- The register

// Resolves when nothing more comes of it; `isAsked` says whether a person waits for the words.
async function update(isAsked = false) {
  if (state.isUpdating) return;
  state.isUpdating = true;
  note(isAsked ? texts.updating : "");
  try {
    state.pack = await renew(urls.pack, data, state.pack);
    note(isAsked ? texts.updated : "");
    if (isAsked && state.text) await check(state.text);
  } catch (error) {
    explain(error, isAsked);
  } finally {
    state.isUpdating = false;
    register();
  }
}

function explain(error, isAsked) {
  const isRefused = error instanceof PackError && error.code !== "unavailable";
  // Witnesses take their minutes; that is no news to whoever did not ask.
  const isNews = isRefused && (isAsked || !state.pack || error.code !== "no_quorum");
  if (isNews) say(data.problems[error.code] || data.problems.untrusted);
  else if (!state.pack) say(error instanceof TypeError ? texts.first_offline : texts.failed);
  const words = error instanceof TypeError ? texts.offline : texts.failed;
  note(isAsked && !isRefused ? words : "");
}

// By itself, when there is a connection, and never while a check is under way.
async function updateQuietly() {
  const isOld = !state.pack || clock() - state.pack.fetched > FRESH;
  if (isOld && navigator.onLine !== false && !state.checks && !state.camera) await update();
}

function register() {
  const { pack } = state;
  part("register").hidden = false;
  part("register-words").textContent = pack
    ? filled(texts.register, momentWords(pack.time, data))
    : texts.no_register;
}

function note(words) {
  part("register-note").textContent = words;
}

// --- The camera and pictures

async function toggleCamera() {
  if (state.camera) return state.camera.stop();
  camera(true);
  clear();
  const { watch } = await scanning();
  state.camera = watch(part("video"), urls, (problem) => (part("hint").textContent = texts[problem]));
  const camera_ = state.camera;
  await seen(camera_.found, () => {
    state.camera = null;
    camera(false);
  });
}

function camera(isOpen) {
  part("viewfinder").hidden = !isOpen;
  part("open").hidden = isOpen;
  part("close").hidden = !isOpen;
  part("hint").textContent = "";
}

async function readFile(file) {
  if (!file) return;
  clear();
  busy(texts.checking);
  await seen(textOf(file), () => busy(null));
}

async function textOf(file) {
  const { isPdf, readPicture } = await scanning();
  return (await isPdf(file).catch(() => false)) ? readOnServer(file) : readPicture(file, urls);
}

async function readOnServer(file) {
  const body = new FormData();
  body.append("file", file);
  const answer = await fetch(urls.read, { method: "POST", body, credentials: "omit" }).catch(() => {
    throw problemOf("pdf_offline");
  });
  const found = await answer.json().catch(() => ({ problem: "failed" }));
  if (found.problem) throw problemOf(found.problem);
  return found.text;
}

// What the reading of pictures says too: the name of a sentence.
const problemOf = (problem) => Object.assign(new Error(problem), { problem });

async function seen(reading, done) {
  try {
    const text = await reading;
    done();
    if (text !== null) await check(text);
  } catch (error) {
    done();
    say(texts[error.problem || "failed"]);
    if (!error.problem) throw error;
  }
}

// --- The page

function listen() {
  form.addEventListener("submit", (event) => {
    const text = field.value.trim();
    if (!text) return;
    event.preventDefault();
    if (isCertificateText(text) || NO_NUMBER.test(text)) check(text);
    else checkNumber(text);
  });
  part("camera").addEventListener("click", toggleCamera);
  part("choose").addEventListener("click", () => part("file").click());
  part("file").addEventListener("change", () => {
    readFile(part("file").files[0]);
    part("file").value = "";
  });
  part("update").addEventListener("click", async () => {
    await update(true);
    // Whoever asks for the register is about to work without a connection, and will want to read pictures too.
    if (navigator.onLine) prepare().catch(() => {});
  });
  addEventListener("hashchange", () => checkGiven(takeFragment()));
  addEventListener("online", updateQuietly);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") updateQuietly();
    else if (state.camera) state.camera.stop();
  });
  if (!part("again")) {
    document.querySelectorAll("[data-language]").forEach((link) => link.addEventListener("click", changeLanguage));
  }
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    state.offer = event;
    part("install").hidden = false;
  });
  part("install").addEventListener("click", () => {
    part("install").hidden = true;
    state.offer.prompt();
  });
}

// The answer stays on the screen when its reader changes the language.
function changeLanguage(event) {
  event.preventDefault();
  const language = event.currentTarget.dataset.language;
  if (state.text) sessionStorage.setItem(KEPT_TEXT, state.text);
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `django_language=${language}; path=/; max-age=31536000; samesite=lax${secure}`;
  location.assign(`${location.pathname}?l=${language}`);
}

const KEPT_TEXT = "sanad-check";

function takeKept() {
  const text = sessionStorage.getItem(KEPT_TEXT);
  sessionStorage.removeItem(KEPT_TEXT);
  return text;
}

function checkGiven(text) {
  return text ? check(text) : null;
}

async function keepOffline() {
  if (!navigator.serviceWorker) return;
  const registration = await navigator.serviceWorker.register(urls.worker, { scope: "/v" });
  await navigator.serviceWorker.ready;
  registration.active.postMessage({ language: data.language });
  // What this browser needed before the worker was there.
  if ((await implementation()).name === "noble") await keepFile(urls.noble);
  if (typeof DecompressionStream !== "function") await keepFile(urls.inflate);
  if (matchMedia("(display-mode: standalone)").matches) await prepare();
}

// For whoever is to work without a connection: have the reader of pictures here before it is needed.
const prepare = async () => (await scanning()).prepare(urls);

async function start() {
  configureEd25519(urls);
  configurePack(urls);
  for (const name of ["scan", "privacy"]) part(name).hidden = false;
  // One next step a page: with scripts it is the camera.
  part("submit").classList.add("button-secondary");
  if (!navigator.mediaDevices) part("camera").hidden = true;
  listen();
  state.pack = await keptPack();
  register();
  const given = takeFragment() || takeKept();
  await checkGiven(given);
  document.documentElement.dataset.ready = "1";
  keepOffline().catch(() => {});
  if (given) await later(QUIET);
  await updateQuietly();
}

// Without a secure address there are no digests, no worker and no camera: the server answers, as without scripts.
function leaveToServer() {
  const text = takeFragment();
  if (!text) return;
  field.value = text;
  part("checking").hidden = false;
  form.submit();
}

// An answer that came from the server is asked for once more in the other language.
function keepServersAnswer(again) {
  for (const link of document.querySelectorAll("[data-language]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      again.submit();
    });
  }
}

if (part("again")) keepServersAnswer(part("again"));
if (!window.isSecureContext || !window.crypto || !crypto.subtle) leaveToServer();
else start();
