// What a page gains with JavaScript; without it everything works by links and forms.
import { suggest } from "./suggest.js";
import { dragPeriod } from "./timeline.js";

const field = document.querySelector("#q");
const form = document.querySelector("#question");
const TYPING_PAUSE_MS = 200;

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});

if (form) {
  let asked = null;
  let timer = null;

  // The same page is asked for, and its answer put in the place of this one's; the field stays.
  const refresh = async (address, remember) => {
    asked?.abort();
    asked = new AbortController();
    try {
      const response = await fetch(address, { signal: asked.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const answer = page.querySelector("#answer");
      if (!answer) return location.assign(address);
      // The status line stays the same element: what changes in it is read out.
      const status = document.querySelector("#status");
      const news = answer.querySelector("#status");
      if (status && news) {
        status.replaceChildren(...news.childNodes);
        news.replaceWith(status);
      }
      document.querySelector("#answer").replaceWith(answer);
      document.title = page.title;
      for (const menu of document.querySelectorAll(".languages a")) {
        menu.href = page.querySelector(`.languages a[lang="${menu.lang}"]`).href;
      }
      if (remember) history.replaceState(null, "", address);
      dragPeriod();
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    }
  };

  const address = () => {
    const given = [...new FormData(form)].filter(([, value]) => value.trim());
    return `/?${new URLSearchParams(given)}`;
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => refresh(address(), true), TYPING_PAUSE_MS);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  dragPeriod();
}

suggest(field);
