// One writer on a phone: of all windows with the same exam, one writes and the others read. Web Locks decide it;
// older browsers ask each other over a BroadcastChannel. What both miss, two writers under one lease, the server
// notices by its hashes.

const ANSWER_WITHIN = 400;
const ASK_AGAIN = 2000;

/** Ask to be the writer. `onGain` and `onLose` are called as this window becomes it and stops being it, `onWait`
    if another one is. Returns {steal}, which makes this window the writer at the cost of the other. */
export function claimWriter(name, handlers) {
  return navigator.locks ? withLocks(name, handlers) : withChannel(name, handlers);
}

function withLocks(name, { onGain, onLose, onWait }) {
  const hold = () => {
    onGain();
    return new Promise(() => {});
  };
  // Rejected only when another window has stolen the lock: then this one reads, and queues up again.
  const request = (options, callback) =>
    navigator.locks.request(name, options, callback).catch(() => {
      onLose();
      request({}, hold);
    });
  request({ ifAvailable: true }, (lock) => {
    if (lock) return hold();
    onWait();
    return void request({}, hold);
  });
  return { steal: () => void request({ steal: true }, hold) };
}

function withChannel(name, { onGain, onLose, onWait }) {
  if (!window.BroadcastChannel) {
    onGain();
    return { steal() {} };
  }
  const channel = new BroadcastChannel(name);
  let isWriter = false;
  let timer = null;
  const gain = () => {
    clearTimeout(timer);
    isWriter = true;
    channel.postMessage("mine");
    onGain();
  };
  const ask = () => {
    channel.postMessage("who");
    clearTimeout(timer);
    timer = setTimeout(gain, ANSWER_WITHIN * (1 + Math.random()));
  };
  // A window that has gone says nothing: the one that is looked at asks again.
  const wait = () => {
    isWriter ? onLose() : onWait();
    isWriter = false;
    clearTimeout(timer);
    timer = setInterval(() => document.hidden || ask(), ASK_AGAIN);
  };
  channel.onmessage = ({ data }) => {
    if (data === "who" && isWriter) channel.postMessage("me");
    if (data === "mine" || (data === "me" && !isWriter)) wait();
  };
  ask();
  return { steal: gain };
}
