// The citation to the clipboard; the button is of use with JavaScript alone.
export function copyCitation() {
  const button = document.querySelector("#copy");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const citation = document.querySelector("#citation");
    getSelection().selectAllChildren(citation);
    try {
      await navigator.clipboard.writeText(citation.textContent);
    } catch {
      // Over plain HTTP there is no clipboard to write to.
      document.execCommand("copy");
    }
    document.querySelector("#copied").textContent = button.dataset.done;
  });
}
