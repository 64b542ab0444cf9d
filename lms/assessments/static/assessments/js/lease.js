// One writer on a phone: of all windows with the same exam, one writes and the others read. Web Locks decide it;
// older browsers ask each other over a BroadcastChannel. What both miss, two writers under one lease, the server
// notices by its hashes.

const ANSWER_WITHIN = 400;

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
    isWriter = true;
    onGain();
  };
  const ask = () => {
    channel.postMessage("who");
    clearTimeout(timer);
    timer = setTimeout(gain, ANSWER_WITHIN * (1 + Math.random()));
  };
  channel.onmessage = ({ data }) => {
    if (data === "who" && isWriter) channel.postMessage("me");
    if (data === "me") {
      clearTimeout(timer);
      onWait();
    }
    if (data === "free" && !isWriter) ask();
    if (data === "steal" && isWriter) {
      isWriter = false;
      onLose();
    }
  };
  window.addEventListener("pagehide", () => isWriter && channel.postMessage("free"));
  ask();
  return {
    steal() {
      channel.postMessage("steal");
      gain();
    },
  };
}
