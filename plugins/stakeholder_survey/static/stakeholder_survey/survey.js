// A question appears when the answer it depends on is chosen, and an answer that stands alone unticks the others.
// The server holds to the same rules; without this file the page shows all its questions and says when they apply.

const form = document.querySelector("form.survey");
const chosen = (name) =>
  [...form.querySelectorAll(`[name="${name}"]:checked`)].map((input) => input.value);

function showDependents() {
  for (const block of form.querySelectorAll("[data-shown-by]")) {
    const codes = block.dataset.shownFor.split(" ");
    const source = form.querySelector(`[name="${block.dataset.shownBy}"]`);
    const asked = !source.closest("[hidden]") && chosen(block.dataset.shownBy).some((code) => codes.includes(code));
    block.hidden = !asked;
    for (const field of block.querySelectorAll("input, select, textarea")) field.disabled = !asked;
  }
}

function keepAlone(changed) {
  const block = changed.closest("[data-exclusive]");
  if (!block || !changed.checked) return;
  const alone = block.dataset.exclusive.split(" ");
  for (const input of block.querySelectorAll("input:checked")) {
    if (input !== changed && (alone.includes(changed.value) || alone.includes(input.value))) input.checked = false;
  }
}

for (const condition of form.querySelectorAll("[data-condition]")) condition.hidden = true;
form.addEventListener("change", (event) => {
  keepAlone(event.target);
  showDependents();
});
// A page from the browser's cache comes back with its old answers.
window.addEventListener("pageshow", showDependents);
showDependents();
