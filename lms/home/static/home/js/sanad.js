// The pages work without this file. It makes the menu close as people expect, copies codes,
// leads to the first mistake of a form, keeps a form from being sent twice, remembers the language, and lets go of
// what was kept for somebody else.

function menus() {
  for (const menu of document.querySelectorAll("[data-menu]")) {
    const close = (focus) => {
      if (!menu.open) return;
      menu.open = false;
      if (focus) menu.querySelector("summary").focus();
    };
    menu.addEventListener("keydown", (event) => event.key === "Escape" && close(true));
    document.addEventListener("click", (event) => menu.contains(event.target) || close(false));
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(false);
    });
  }
}

// <button data-copy="the text" data-done="Copied" hidden>: shown only where copying works.
function copyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      announce(button.dataset.done);
      const label = button.querySelector("[data-label]") || button;
      const before = label.textContent;
      label.textContent = button.dataset.done;
      setTimeout(() => (label.textContent = before), 2000);
    });
  }
}

function announce(text) {
  const region = document.querySelector("[data-announcer]");
  if (region) region.textContent = text;
}

function formErrors() {
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
}

function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button) button.setAttribute("aria-busy", "true");
    // A download leaves the page standing, and a page may come back from the browser's cache.
    const again = () => {
      delete form.dataset.sent;
      if (button) button.removeAttribute("aria-busy");
    };
    setTimeout(again, 8000);
    window.addEventListener("pageshow", again, { once: true });
  });
}

function rememberLanguage() {
  for (const link of document.querySelectorAll("[data-language]")) {
    link.addEventListener("click", () => {
      document.cookie = `django_language=${link.dataset.language};path=/;max-age=31536000;samesite=lax`;
    });
  }
}

// Certificates kept on this phone (certificates/js/wallet.js) are for whoever is signed in, and for nobody else.
async function forgetOthers() {
  const menu = document.querySelector("[data-menu][data-person]");
  if (!menu || !window.caches) return;
  for (const name of await caches.keys()) {
    if (/^sanad-wallet:/.test(name) && name !== `sanad-wallet:${menu.dataset.person}`) await caches.delete(name);
  }
}

for (const enhance of [menus, copyButtons, formErrors, sendOnce, rememberLanguage, forgetOthers]) enhance();
