// A code opened by a phone's camera arrives after the '#', which no browser sends. Put it into the form and
// send it in the body, then take it out of the address, so that it stays in no history.
const form = document.querySelector("[data-check]");
const progress = document.querySelector("[data-checking]");
const again = document.querySelector("[data-again]");

function showProgress() {
  progress.hidden = false;
  progress.focus();
}

function checkFragment() {
  const digits = location.hash.slice(1);
  if (!/^[0-9]{20,2000}$/.test(digits)) return;
  form.elements.text.value = `${location.origin}/v#${digits}`;
  history.replaceState(null, "", location.pathname);
  showProgress();
  form.submit();
}

// The address of the page names no language and no certificate, so the answer is asked for once more.
function keepAnswer(link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    again.submit();
  });
}

form.addEventListener("submit", showProgress);
addEventListener("pageshow", (event) => event.persisted && (progress.hidden = true));
addEventListener("hashchange", checkFragment);
if (again) document.querySelectorAll("[data-language]").forEach(keepAnswer);
checkFragment();
