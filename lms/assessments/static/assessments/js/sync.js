// What the phone has goes to the server, in order, until the server has it all; and a sign of life now and then,
// so that extra time arrives and no other device takes the exam for abandoned.

import { backoff, sendAt } from "./timing.js";

// No request lasts longer than the signal is worth waiting for.
const PATIENCE = 20000;

function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  const field = document.querySelector("[name=csrfmiddlewaretoken]");
  // The cookie first: a page kept since before the last sign-in holds an old token.
  return cookie ? cookie[1] : field ? field.value : "";
}

/** {status, data, sentAt, arrivedAt}; the times are monotonic. Status 401 is a person who is signed out, and 0 an
    answer that never came. `data` is null for what is no JSON. */
export async function call(url, { json, keepalive = false } = {}) {
  const headers = { Accept: "application/json" };
  const body = json && JSON.stringify(json);
  if (json) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": token() });
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), PATIENCE);
  const options = { method: body ? "POST" : "GET", headers, body, keepalive, signal: controller.signal };
  const sentAt = performance.now();
  try {
    // Whoever is signed out is sent elsewhere, and what is said there is no answer to this.
    const response = await fetch(url, { ...options, credentials: "same-origin", redirect: "manual" });
    const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
    const data = isJson ? await response.json() : null;
    const status = response.type === "opaqueredirect" ? 401 : response.status;
    return { status, data, sentAt, arrivedAt: performance.now() };
  } catch {
    return { status: 0, data: null, sentAt, arrivedAt: performance.now() };
  } finally {
    clearTimeout(timer);
  }
}

const BEAT = 30000;
const ROUNDS = 4;
// Browsers refuse to send more than this from a page that is closing.
const LAST_WORDS = 60000;

export class Sync {
  /** `handlers`: reply(data, call) after every answer of the server, signal(name) with "online", "offline" or
      "signed-out", conflict(data) when another device holds the exam or it is closed, refused(data) when the
      server cannot take the log as it is, behind() to learn the answers that only the server has. */
  constructor({ log, urls, handlers }) {
    Object.assign(this, { log, urls, handlers });
    this.failures = 0;
    this.isStopped = true;
    this.rest();
  }

  start() {
    this.isStopped = false;
    this.plan();
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  rest() {
    this.first = this.last = null;
    this.jitter = Math.random();
    this.restingSince = performance.now();
  }

  /** Something was added to the log. */
  touch() {
    this.last = performance.now();
    if (this.first === null) this.first = this.last;
    this.plan();
  }

  plan() {
    clearTimeout(this.timer);
    if (this.isStopped || this.working) return;
    const isWaiting = this.first !== null;
    let due = isWaiting ? sendAt(this.first, this.last, this.jitter) : this.restingSince + BEAT * (1 - 0.2 * this.jitter);
    if (this.failures) due = this.retryAt;
    this.timer = setTimeout(() => this.flush(), Math.max(0, due - performance.now()));
  }

  /** Send now. Resolves to whether the server has everything. */
  flush() {
    if (!this.working) {
      clearTimeout(this.timer);
      this.working = this.send().finally(() => {
        this.working = null;
        this.plan();
      });
    }
    return this.working;
  }

  async send() {
    this.rest();
    do {
      const batch = this.log.batch() || this.log.signOfLife();
      const reply = await call(this.urls.ops, { json: batch });
      if (!this.hear(reply, batch)) return false;
    } while (this.log.batch());
    return true;
  }

  /** Whether an answer of the server was a good one; what it means otherwise is for the handlers. */
  hear({ status, data, sentAt, arrivedAt }, batch = null) {
    if (status === 200 && data) {
      this.failures = 0;
      if (batch) this.log.acknowledge(batch.lease, data.ack_seq, data.server_now);
      this.handlers.signal("online");
      this.handlers.reply(data, (sentAt + arrivedAt) / 2);
      return true;
    }
    if (status === 409 && data) return this.disagree(data, batch);
    this.failures += 1;
    this.retryAt = performance.now() + backoff(this.failures, Math.random());
    if ([401, 403, 404].includes(status)) this.handlers.signal("signed-out");
    else if ((status === 422 || status === 413) && data) this.handlers.refused(data);
    else this.handlers.signal("offline");
    return false;
  }

  /** Another device writes, or it is over. What was written before that may have been taken all the same. */
  disagree(data, batch) {
    this.failures = 0;
    const isTaken = batch && data.ack_seq >= batch.from_seq;
    if (isTaken) this.log.acknowledge(batch.lease, data.ack_seq, data.server_now);
    this.handlers.signal("online");
    this.handlers.conflict(data);
    return Boolean(isTaken);
  }

  /** Ask how things stand, without sending anything. */
  async ask() {
    const reply = await call(this.urls.state);
    return this.hear(reply) ? reply.data : null;
  }

  /** The page may be about to end: what still fits goes out, and nobody waits for an answer. */
  lastWords() {
    const batch = this.log.batch();
    if (!batch || this.isStopped) return;
    let size = 0;
    const ops = batch.ops.filter((op) => (size += JSON.stringify(op).length * 2) < LAST_WORDS);
    if (ops.length) call(this.urls.ops, { json: { ...batch, ops }, keepalive: true });
  }

  /** Hand in: send all, compare, send what differs. Resolves to the server's answer, or null while it has none.
      `isWanted` is asked before the last step, because what the server says on the way may change it. */
  async submit(isWanted) {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (!(await this.flush()) || !isWanted()) return null;
      const reply = await call(this.urls.submit, { json: this.log.summary() });
      const { status, data } = reply;
      if (status !== 409 || !data || !(data.need || data.need_from)) return this.hear(reply) ? data : null;
      if (data.need_from) this.log.rewind(data.need_from);
      else if (this.log.sayAgain(data.need).length && !(await this.handlers.behind())) return null;
    }
    return null;
  }

  /** Until it is worth trying again: after a while, or when the signal returns. */
  pause() {
    const wait = this.failures ? this.retryAt - performance.now() : backoff(1, Math.random());
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, Math.max(0, wait));
    });
  }

  /** There is reason to believe that a try would succeed now. */
  nudge() {
    this.failures = 0;
    if (this.wake) this.wake();
    if (!this.isStopped) this.flush();
  }
}
