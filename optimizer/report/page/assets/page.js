// The page: which scenario is shown, tooltips of charts.
function startPage() {
  const select = document.getElementById("case");
  const show = (value) => {
    document.body.dataset.case = value;
    for (const block of document.querySelectorAll("[data-of-case]")) block.hidden = block.dataset.ofCase !== value;
    document.dispatchEvent(new Event("case"));
  };
  select?.addEventListener("change", () => show(select.value));
  const tip = document.getElementById("chart-tip");
  for (const chart of document.querySelectorAll("svg [data-mark]")) {
    const text = chart.querySelector("title")?.textContent;
    if (!text) continue;
    // The browser's own tooltip comes late and looks foreign; readers of screens keep the title by its label.
    chart.setAttribute("aria-label", text);
    chart.querySelector("title").remove();
    chart.addEventListener("pointermove", (event) => {
      tip.textContent = text;
      tip.hidden = false;
      tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
      tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
    });
    chart.addEventListener("pointerleave", () => { tip.hidden = true; });
  }
  startGrids();
  startMap();
  if (select) show(select.value);
}
startPage();
