// What a page gains with JavaScript; without it everything works by links and forms.
import { copyCitation } from "./copy.js";
import { findInFacets } from "./facets.js";
import { refreshInPlace } from "./refresh.js";
import { suggest } from "./suggest.js";
import { pickPeriod } from "./timeline.js";

const field = document.querySelector("#q");
const form = document.querySelector("#question");

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});

// The browser sets the cursor before the words of the last question.
if (field.autofocus) field.setSelectionRange(field.value.length, field.value.length);
suggest(field);
copyCitation();
if (form) {
  const go = refreshInPlace(form, field, () => {
    pickPeriod(go);
    findInFacets();
  });
  pickPeriod(go);
  findInFacets();
}
