/* While a claim is written, the list of its nearest neighbours follows what is typed. Without it a button asks. */

(() => {
  "use strict";

  const WAIT = 450;

  function follow(panel) {
    const found = panel.querySelector(".nearest-found");
    const fields = ["text", "title"].map((name) => document.getElementById(`id_${name}`)).filter(Boolean);
    let timer = 0;
    let asking = null;
    let asked = "";

    async function ask() {
      const parameters = new URLSearchParams({ piece: "1", besides: panel.dataset.besides });
      for (const field of fields) {
        parameters.set(field.name, field.value.slice(0, 1000));
      }
      if (parameters.toString() === asked) {
        return;
      }
      asked = parameters.toString();
      asking?.abort();
      asking = new AbortController();
      try {
        const answer = await fetch(`${panel.dataset.nearest}?${asked}`, { signal: asking.signal });
        // A session that ended answers with the sign-in page, which is no list.
        if (answer.ok && !answer.redirected) {
          const list = await answer.text();
          if (list !== found.dataset.list) {
            found.dataset.list = list;
            found.innerHTML = list;
          }
        }
      } catch (error) {
        // The list stays as it was; saving the claim shows a new one.
        asked = "";
      }
    }

    for (const field of fields) {
      field.addEventListener("input", () => {
        window.clearTimeout(timer);
        timer = window.setTimeout(ask, WAIT);
      });
    }
  }

  document.querySelectorAll("[data-nearest]").forEach(follow);
})();
