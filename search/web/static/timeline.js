// A period by dragging over the bars, or by Shift and arrows; each bar alone is a link, with and
// without JavaScript. One bar is a stop of the Tab key, the arrows go to the others.
export function pickPeriod(go) {
  const chart = document.querySelector(".timeline svg");
  if (!chart) return;
  const bars = [...chart.querySelectorAll("a")];
  const picked = document.querySelector(".picked");
  let first = null;
  let last = null;
  let pointer = null;

  const label = (place) => bars[place].querySelector("title").textContent.split(":")[0];
  const range = () => [first, last].sort((a, b) => a - b);
  const paint = () => {
    const [low, high] = range();
    bars.forEach((bar, place) =>
      bar.classList.toggle("chosen", first !== null && low <= place && place <= high),
    );
    picked.textContent = first === null || first === last ? "" : `${label(low)} – ${label(high)}`;
  };
  const clear = () => {
    first = last = pointer = null;
    paint();
  };
  const apply = () => {
    const [from, to] = range().map((place) => bars[place]);
    const address = new URL(from.getAttribute("href"), location.href);
    address.searchParams.set("date", `${from.dataset.period}..${to.dataset.period}`);
    go(`/${address.search}`);
  };
  // The bar at or before a place, since periods without articles have none.
  const at = (event) => {
    const places = bars.map((bar) => bar.getBoundingClientRect().left);
    return Math.max(0, places.findLastIndex((left) => left <= event.clientX));
  };
  const stop = (place) => {
    bars.forEach((bar, other) => bar.setAttribute("tabindex", other === place ? "0" : "-1"));
  };
  stop(bars.length - 1);

  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointer = event.pointerId;
    first = last = at(event);
  });
  chart.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const place = at(event);
    if (place === last) return;
    // From now on it is no click on a bar any more.
    chart.setPointerCapture(pointer);
    last = place;
    paint();
  });
  chart.addEventListener("pointerup", (event) => {
    if (event.pointerId === pointer && first !== last) apply();
    else clear();
    pointer = null;
  });
  chart.addEventListener("pointercancel", clear);

  chart.addEventListener("keydown", (event) => {
    const here = bars.indexOf(event.target);
    const next = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: bars.length - 1 }[event.key];
    if (event.key === "Escape") clear();
    else if (event.key === "Enter" && first !== null && first !== last) apply();
    else if (next !== undefined && bars[next]) {
      if (event.shiftKey) [first, last] = [first ?? here, next];
      else first = last = null;
      paint();
      stop(next);
      bars[next].focus();
    } else return;
    event.preventDefault();
  });
}
