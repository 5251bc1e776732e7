// Another answer in the place of this one: while typing, by a link that narrows, by Back. The server
// makes the same page as without JavaScript; of it, what depends on the address is exchanged.
const TYPING_PAUSE_MS = 200;

// A control by what it does, so that its successor gets the focus.
const name = (element) => {
  const value = element?.closest("[data-value]")?.dataset.value;
  const field = element?.closest("[data-field]")?.dataset.field;
  return value === undefined ? null : `[data-field="${field}"] [data-value=${CSS.escape(value)}]`;
};

export function refreshInPlace(form, field, afterwards) {
  let asked = null;
  let timer = null;
  // Whether the newest entry of the history came about by typing, and may be replaced by more of it.
  let isTyped = false;
  let shown = location.search;

  const exchange = (page, isTyping) => {
    const answer = document.querySelector("#answer");
    const held = answer.contains(document.activeElement) ? document.activeElement : null;
    const successor = name(held);
    for (const id of ["#status", ...(isTyping ? [] : ["#asked"])]) {
      const [old, next] = [document.querySelector(id), page.querySelector(id)];
      old.className = next.className;
      old.replaceChildren(...next.childNodes);
    }
    answer.replaceWith(page.querySelector("#answer"));
    const next = page.querySelector("#q");
    if (!isTyping) field.value = next.value;
    for (const attribute of ["aria-invalid", "aria-describedby"]) {
      if (next.hasAttribute(attribute)) field.setAttribute(attribute, next.getAttribute(attribute));
      else field.removeAttribute(attribute);
    }
    document.title = page.title;
    for (const link of document.querySelectorAll(".languages a, link[rel=alternate]")) {
      const same = link.lang ? `.languages a[lang=${link.lang}]` : "link[rel=alternate]";
      link.setAttribute("href", page.querySelector(same)?.getAttribute("href") ?? link.href);
    }
    if (held) {
      const focused = (successor && document.querySelector(successor)) || field;
      focused.focus({ preventScroll: true });
    }
    afterwards();
  };

  // Resolves to whether the answer is shown. `entry` is what becomes of the history.
  const show = async (address, { entry = "push", isTyping = false } = {}) => {
    clearTimeout(timer);
    asked?.abort();
    asked = new AbortController();
    let page;
    try {
      const response = await fetch(address, { signal: asked.signal });
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch (error) {
      // While typing nothing is lost: the next key or Enter asks again.
      if (error.name !== "AbortError" && !isTyping) location.assign(address);
      return;
    }
    if (!page.querySelector("#answer")) {
      if (!isTyping) location.assign(address);
      return;
    }
    if (entry === "push") history.pushState(null, "", address);
    if (entry === "replace") history.replaceState(null, "", address);
    shown = location.search;
    isTyped = isTyping;
    exchange(page, isTyping);
  };

  const typed = () => {
    const given = [...new FormData(form)].filter(([, value]) => value.trim());
    return `/?${new URLSearchParams(given)}`;
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(
      () => show(typed(), { entry: isTyped ? "replace" : "push", isTyping: true }),
      TYPING_PAUSE_MS,
    );
  });
  form.addEventListener("change", (event) => {
    if (event.target !== field) show(typed(), { isTyping: true });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(typed(), { entry: typed() === `/${location.search}` ? "keep" : "push", isTyping: true });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#answer a");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const address = link?.getAttribute("href") ?? "";
    // Another page of hits begins at its top, as a page that is loaded does.
    if (event.defaultPrevented || !isPlain || !/^\/?\?/.test(address) || link.hasAttribute("rel")) return;
    event.preventDefault();
    show(`/${address.replace(/^\//, "")}`);
  });
  addEventListener("popstate", () => {
    // A jump within the page is no other question.
    if (location.search !== shown) show(location.href, { entry: "keep" });
  });
  return show;
}
