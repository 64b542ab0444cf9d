// What the phone counts, as pure functions; all times in milliseconds unless a name says otherwise. Deadlines are
// the server's alone (lms/assessments/timing.py): here they are only waited for.

export const IDLE = 2000;
export const LONGEST = 15000;
export const JUMP = 5000;
export const WARNINGS = [10, 5, 1];
const RETRY = { first: 2000, most: 30000 };

/** 29:05, or 1:29:05 from an hour on. */
export function countdown(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (part) => String(part).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Whole seconds left, rounded up and never negative: zero means that the time is up. */
export function secondsLeft(deadline, now) {
  return Math.max(0, Math.ceil((deadline - now) / 1000));
}

/** The number of minutes to say aloud when the seconds left fall from `before` to `now`; 0 for silence. A mark
    that was passed more than half a minute ago is stale, and of two the nearer is said. */
export function warning(before, now) {
  const passed = WARNINGS.filter((minutes) => before > minutes * 60 && now <= minutes * 60);
  const minutes = passed.length ? passed[passed.length - 1] : 0;
  return now > minutes * 60 - 30 ? minutes : 0;
}

/** When what waits should be sent: 2 s after the last change, at the latest 15 s after the first, a little earlier
    by `jitter` (0 to 1), so that a hall that started together does not send together. */
export function sendAt(first, last, jitter) {
  return Math.min(last + IDLE, first + LONGEST * (1 - 0.2 * jitter));
}

/** How long to wait after so many failures in a row: doubling, and spread by `jitter` (0 to 1). */
export function backoff(failures, jitter) {
  return Math.min(RETRY.most, RETRY.first * 2 ** Math.max(0, failures - 1)) * (0.75 + 0.5 * jitter);
}

/** Whether over the same stretch the phone's clock moved otherwise than the monotonic one: somebody set it, or the
    phone slept. */
export function hasJumped(mono, wall) {
  return Math.abs(wall - mono) > JUMP;
}

/** The time left after the page was loaded again without a signal. `saved` is {left, wall} of the moment the page
    was left. Only the phone's clock saw the time between, so `likely` believes it and `most` does not. */
export function carryOver(saved, wallNow) {
  const between = wallNow - saved.wall;
  return { likely: Math.max(0, saved.left - Math.max(0, between)), most: saved.left };
}
