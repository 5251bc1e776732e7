// A long facet is searched where it stands; without JavaScript its form leads to a page of values.
const TYPING_PAUSE_MS = 200;
const MOST_SHOWN = 30;

export function findInFacets() {
  for (const form of document.querySelectorAll("form.find")) {
    const list = form.parentElement.querySelector("ul");
    const frequent = [...list.children];
    const field = form.elements.find;
    let timer = null;
    let asked = null;

    const find = async () => {
      asked?.abort();
      if (!field.value.trim()) return list.replaceChildren(...frequent);
      asked = new AbortController();
      try {
        const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
        const response = await fetch(address, { signal: asked.signal });
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const found = page.querySelector(".values");
        if (found) list.replaceChildren(...[...found.children].slice(0, MOST_SHOWN));
      } catch {
        // The button still leads to the page of values.
      }
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(find, TYPING_PAUSE_MS);
    });
  }
}
