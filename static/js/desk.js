// Names for the search boxes that the admin draws in place of a choice: their own field's label tells what they are.
(() => {
  "use strict";

  const named = (field) => {
    const label = field && (field.labels && field.labels[0]);
    return label ? label.textContent.trim().replace(/:$/, "") : field ? field.getAttribute("aria-label") || field.name : "";
  };

  const dress = (container) => {
    const field = container.previousElementSibling;
    const name = named(field);
    if (!name) return;
    for (const part of container.querySelectorAll(".select2-selection, .select2-search__field, [role=textbox]")) {
      part.setAttribute("aria-label", name);
      part.removeAttribute("aria-labelledby");
    }
    for (const list of container.querySelectorAll("ul.select2-selection__rendered")) {
      list.setAttribute("role", "presentation");
      for (const item of list.children) item.setAttribute("role", "presentation");
    }
  };

  const look = () => {
    document.querySelectorAll(".select2-container:not(.select2-container--open)").forEach(dress);
    const open = document.querySelector("select.select2-hidden-accessible + .select2-container--open");
    if (open) dress(open);
    const search = document.querySelector("body > .select2-container--open .select2-search__field");
    if (search && open) search.setAttribute("aria-label", `Search: ${named(open.previousElementSibling)}`);
  };

  document.addEventListener("DOMContentLoaded", () => {
    look();
    let waiting = false;
    new MutationObserver(() => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; look(); });
    }).observe(document.body, { childList: true, subtree: true });
  });
})();

// Leaving a form that was written in asks first: its steps and links go by what is stored.
(() => {
  "use strict";

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("#content-main > form[id$=_form]");
    if (!form) return;
    let written = false;
    form.addEventListener("input", () => { written = true; });
    form.addEventListener("submit", (event) => {
      // A button that answers in another tab leaves this page as it is.
      if (!(event.submitter && event.submitter.formTarget)) written = false;
    });
    window.addEventListener("beforeunload", (event) => { if (written) event.preventDefault(); });
  });
})();
