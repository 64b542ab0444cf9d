// Without this file every option of a quick check opens to its feedback. With it the reader first chooses,
// then checks, and the feedback is read out. Nothing is sent anywhere.

function build(section, number) {
  const options = [...section.querySelectorAll("details")];
  const form = document.createElement("form");
  const group = document.createElement("fieldset");
  const legend = document.createElement("legend");
  const question = section.querySelector(".quick-check-question");
  const result = document.createElement("div");
  const button = document.createElement("button");
  group.className = "choices";
  legend.className = "quick-check-question";
  legend.textContent = question.textContent;
  question.remove();
  group.append(legend);
  options.forEach((option, index) => {
    const label = document.createElement("label");
    const radio = document.createElement("input");
    radio.type = "radio";
    radio.name = `quick-check-${number}`;
    radio.value = index;
    label.append(radio, option.querySelector("summary").textContent);
    group.append(label);
  });
  result.setAttribute("role", "status");
  button.className = "button button-secondary button-small";
  button.textContent = section.dataset.check;
  form.append(group, result, button);
  section.querySelector("[data-options]").replaceWith(form);

  const clear = () => {
    result.replaceChildren();
    button.textContent = section.dataset.check;
    button.hidden = false;
    delete form.dataset.answered;
  };
  form.addEventListener("change", clear);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.dataset.answered) {
      form.reset();
      clear();
      form.querySelector("input").focus();
      return;
    }
    const chosen = form.querySelector(":checked");
    if (!chosen) {
      result.textContent = section.dataset.choose;
      return;
    }
    const option = options[chosen.value];
    form.dataset.answered = "1";
    result.replaceChildren(option.querySelector("[data-feedback]").cloneNode(true));
    button.textContent = section.dataset.again;
    button.hidden = "correct" in option.dataset;
  });
}

document.querySelectorAll("[data-quick-check]").forEach(build);
