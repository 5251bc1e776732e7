// A period by dragging over the bars; each bar alone is a link, with and without JavaScript.
export function dragPeriod() {
  const chart = document.querySelector(".timeline svg");
  if (!chart) return;
  const bars = [...chart.querySelectorAll("a")];
  let first = null;
  let last = null;

  const at = (event) => {
    const bar = document.elementFromPoint(event.clientX, event.clientY)?.closest(".timeline a");
    return bar ? bars.indexOf(bar) : -1;
  };
  const paint = () => {
    const [low, high] = first < last ? [first, last] : [last, first];
    bars.forEach((bar, place) =>
      bar.classList.toggle("chosen", first !== null && low <= place && place <= high),
    );
  };

  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("pointerdown", (event) => {
    const place = event.button === 0 ? at(event) : -1;
    first = last = place < 0 ? null : place;
  });
  chart.addEventListener("pointermove", (event) => {
    const place = first === null || !event.buttons ? -1 : at(event);
    if (place >= 0) {
      last = place;
      if (last !== first) paint();
    }
  });
  chart.addEventListener("click", (event) => {
    if (first === null || first === last) return;
    event.preventDefault();
    const [from, to] = [first, last].sort((a, b) => a - b).map((place) => bars[place]);
    const address = new URL(from.href.baseVal, location.href);
    address.searchParams.set("date", `${from.dataset.period}..${to.dataset.period}`);
    location.assign(address);
  });
  chart.addEventListener("pointerleave", () => {
    first = last = null;
    paint();
  });
}
