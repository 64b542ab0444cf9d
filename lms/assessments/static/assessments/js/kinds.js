// The answer of each kind of question in the form, as it travels: places count from 1 as shown, and null is no
// answer. Fields of question 3 are named q3, or q3-1, q3-2, … where a question has several.

const CHOICES = ["single", "multiple", "true_false", "hotspot"];
const TEXTS = ["numeric", "short_text", "open_text"];

const numberIn = ({ name }) => Number(name.split("-")[1] || 0);
const fieldsOf = (section) =>
  [...section.querySelectorAll(`[name^="q${section.dataset.slot}"]`)].sort((one, other) => numberIn(one) - numberIn(other));

export const isText = (section) => TEXTS.includes(section.dataset.kind);

export function read(section) {
  const fields = fieldsOf(section);
  if (isText(section)) return fields[0].value.trim() ? fields[0].value : null;
  if (CHOICES.includes(section.dataset.kind)) {
    const places = fields.filter((field) => field.checked).map((field) => Number(field.value));
    return places.length ? places.sort((one, other) => one - other) : null;
  }
  const numbers = fields.map((field) => Number(field.value));
  if (section.dataset.kind === "ordering") return orderFrom(numbers);
  return numbers.some(Boolean) ? numbers : null;
}

export function write(section, value) {
  const fields = fieldsOf(section);
  const { kind } = section.dataset;
  if (isText(section)) {
    // The same text again would put the cursor to the end of what somebody is writing.
    if ((value || "") !== fields[0].value) fields[0].value = value || "";
  } else if (CHOICES.includes(kind)) {
    for (const field of fields) field.checked = (value || []).includes(Number(field.value));
  } else {
    const numbers = kind === "ordering" && value ? fields.map((_, item) => value.indexOf(item + 1) + 1) : value;
    fields.forEach((field, item) => (field.value = String((numbers && numbers[item]) || 0)));
    section.dispatchEvent(new Event("written"));
  }
}

/** From the number given to each item to the items in that order; null unless each number is given once. */
function orderFrom(numbers) {
  const order = numbers.map((_, index) => numbers.indexOf(index + 1) + 1);
  return order.includes(0) ? null : order;
}
