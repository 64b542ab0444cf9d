// What a candidate was granted beside time, on the page: large print, and buttons that read aloud.

/** Bring the page to what was granted, at any time; what is there already is left. `names`: large_print, read_aloud. */
export async function giveAids(names, form) {
  document.body.classList.toggle("large-print", names.includes("large_print"));
  if (!names.includes("read_aloud") || form.dataset.isAloud) return;
  form.dataset.isAloud = "1";
  const { enhanceAloud } = await import("./aloud.js");
  enhanceAloud(form);
}
