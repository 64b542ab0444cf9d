// Codes out of the camera and out of pictures: by the browser's own reader where it has one, else by the vendored one,
// which is fetched when a picture is first to be read. Everything happens on this device.

import { isCertificateText } from "./credential.js";
import { keepFile } from "./store.js";

const PAUSE = 120;
const SIZES = [1600, 3200];
const MAX_FILE = 20000000;
let reading = null;

export class ScanProblem extends Error {
  constructor(problem) {
    super(problem);
    this.problem = problem;
  }
}

// `detect(canvas)` resolves to the texts of all codes in it.
function reader(urls) {
  reading = reading || chooseReader(urls).catch((error) => {
    reading = null;
    throw error;
  });
  return reading;
}

// For whoever is to work without a connection: have the reader here before it is needed.
export const prepare = (urls) => reader(urls);

async function chooseReader(urls) {
  if (await hasNative()) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas)).map((code) => code.rawValue);
  }
  await loadScript(urls.zxing);
  const zxing = self.ZXingWASM;
  await zxing.prepareZXingModule({ overrides: { locateFile: () => urls.wasm }, fireImmediately: true });
  await Promise.all([keepFile(urls.zxing), keepFile(urls.wasm)]).catch(() => {});
  const options = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 16 };
  return async (canvas) => {
    const image = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = await zxing.readBarcodes(image, options);
    return found.filter((code) => code.isValid !== false).map((code) => code.text);
  };
}

async function hasNative() {
  try {
    return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
  } catch {
    return false;
  }
}

function loadScript(url) {
  // The library asks for a method that browsers before 2021 lack.
  const { hasOwnProperty } = Object.prototype;
  if (!Object.hasOwn) Object.hasOwn = (object, name) => hasOwnProperty.call(object, name);
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => reject(new ScanProblem("no_reader"));
    document.head.append(script);
  });
}

function draw(source, width, height, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  // What is transparent is paper.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// One certificate, else the first code for the verdict to say that it is not one of ours.
export function choose(texts) {
  const different = [...new Set(texts)];
  const ours = different.filter(isCertificateText);
  if (ours.length > 1) throw new ScanProblem("several");
  return ours[0] || different[0] || null;
}

// --- A picture from a file

export async function readPicture(file, urls) {
  if (file.size > MAX_FILE) throw new ScanProblem("too_large");
  const picture = await openPicture(file);
  const detect = await reader(urls);
  const [width, height] = [picture.naturalWidth || picture.width, picture.naturalHeight || picture.height];
  for (const size of SIZES) {
    const text = choose(await detect(draw(picture, width, height, size)));
    if (text !== null) return text;
    if (Math.max(width, height) <= size) break;
  }
  throw new ScanProblem("no_code");
}

async function openPicture(file) {
  try {
    if (typeof createImageBitmap === "function") return await createImageBitmap(file);
  } catch {
    // Some browsers refuse here what they show in a page.
  }
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new ScanProblem("not_a_picture"));
    const picture = new Image();
    const reading = new FileReader();
    picture.onload = () => resolve(picture);
    picture.onerror = reading.onerror = refuse;
    reading.onload = () => (picture.src = reading.result);
    reading.readAsDataURL(file);
  });
}

export async function isPdf(file) {
  const start = new Uint8Array(await new Response(file.slice(0, 1024)).arrayBuffer());
  return String.fromCharCode(...start).includes("%PDF-");
}

// --- The camera

// Looks through the camera until a certificate is seen. `hint(problem)` is told what is seen instead.
// Resolves to the text, or to null when `stop` was called.
export function watch(video, urls, hint) {
  let isOver = false;
  let stream = null;
  const stop = () => {
    isOver = true;
    if (stream) stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  const found = look().finally(stop);
  return { found, stop };

  async function look() {
    stream = await openCamera();
    if (isOver) return null;
    video.srcObject = stream;
    await video.play();
    const detect = await reader(urls);
    while (!isOver) {
      const text = await glance(detect);
      if (text !== null) return text;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return null;
  }

  async function glance(detect) {
    if (!video.videoWidth) return null;
    let text = null;
    try {
      text = choose(await detect(draw(video, video.videoWidth, video.videoHeight, 1280)));
    } catch (error) {
      if (!(error instanceof ScanProblem)) throw error;
      hint(error.problem);
      return null;
    }
    if (text !== null && !isCertificateText(text)) hint("foreign");
    return text !== null && isCertificateText(text) ? text : null;
  }
}

async function openCamera() {
  const wish = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
  } catch {
    throw new ScanProblem("no_camera");
  }
}
