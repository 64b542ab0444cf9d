/* Marking with the keyboard: the first row is ready to be marked, Ctrl or Cmd with Enter saves, the sum is shown. */

const form = document.querySelector("[data-marking]");
const sum = form.querySelector("[data-sum]");

function total() {
  const marks = [...form.querySelectorAll("input[type=radio]:checked")].map((radio) => Number(radio.value));
  sum.hidden = marks.length === 0;
  sum.querySelector("b").textContent = String(marks.reduce((all, one) => all + one, 0));
}

form.addEventListener("change", total);
total();

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=save]"));
  }
});

// Not on a phone, where the answer has to be read first and the focus would scroll past it.
if (matchMedia("(pointer: fine)").matches) {
  form.querySelector("input[type=radio]")?.focus({ preventScroll: true });
}
