// Where the browser can keep an exam on the phone, the exam opens as one page that survives a lost signal;
// elsewhere its questions stay plain forms, page by page.

if (window.indexedDB && window.fetch && window.AbortController) {
  for (const field of document.querySelectorAll("[data-client]")) field.disabled = false;
  for (const link of document.querySelectorAll("[data-paper]")) link.href = link.dataset.paper;
  for (const part of document.querySelectorAll("[data-one-page]")) part.hidden = false;
}
