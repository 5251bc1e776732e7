// Completions below the field: the combobox pattern of WAI-ARIA, with arrows, Enter and Escape.
const FEWEST_CHARS = 2;
const TYPING_PAUSE_MS = 120;
const EACH_KIND = 3;

export function suggest(field) {
  const form = field.form;
  const list = document.createElement("ul");
  Object.assign(list, { id: "suggestions", className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.querySelector("label").textContent);
  // A press leaves the cursor in the field; a finger may also scroll the list.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  form.append(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);

  let timer = null;
  let asked = null;

  const close = () => {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const choose = (option) => {
    field.value = option.dataset.text;
    form.requestSubmit();
  };

  const select = (step) => {
    const options = [...list.children];
    const before = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = before < 0 && step < 0 ? options.length - 1 : before + step;
    options.forEach((one, place) => one.setAttribute("aria-selected", String(place === next)));
    if (options[next]) {
      field.setAttribute("aria-activedescendant", options[next].id);
      options[next].scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  };

  const show = (completions) => {
    list.replaceChildren(
      ...completions.map((one, place) => {
        const option = document.createElement("li");
        const count = document.createElement("small");
        option.id = `suggestion-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        // Several words that belong together are asked for together.
        option.dataset.text = one.kind === "phrase" ? `"${one.text}"` : one.text;
        option.textContent = one.text;
        const articles = one.articles.toLocaleString(document.documentElement.lang);
        count.textContent = `${field.dataset[one.kind]} · ${articles}`;
        option.append(count);
        option.addEventListener("click", () => choose(option));
        return option;
      }),
    );
    list.hidden = !completions.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
  };

  const ask = async () => {
    const beginning = field.value.trim();
    if (beginning.length < FEWEST_CHARS) return close();
    asked?.abort();
    asked = new AbortController();
    try {
      const query = new URLSearchParams({ q: beginning, limit: EACH_KIND });
      const response = await fetch(`/api/v1/suggest?${query}`, { signal: asked.signal });
      if (response.ok && document.activeElement === field) show(await response.json());
    } catch {
      // Without suggestions the field is still a field.
    }
  };

  field.setAttribute("aria-expanded", "false");
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, TYPING_PAUSE_MS);
  });
  field.addEventListener("blur", close);
  form.addEventListener("submit", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "ArrowDown") ask();
      return;
    }
    const chosen = list.querySelector('[aria-selected="true"]');
    if (event.key === "ArrowDown") select(1);
    else if (event.key === "ArrowUp") select(-1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen) choose(chosen);
    else return;
    event.preventDefault();
  });
}
