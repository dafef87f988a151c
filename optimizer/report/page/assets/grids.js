// Tables: a click on a header sorts, a button copies, a field filters long ones.
function startGrids() {
  for (const grid of document.querySelectorAll("table.grid")) {
    const body = grid.tBodies[0], heads = [...grid.tHead.rows[0].cells];
    heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => {
      const isUp = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [keyOf(row.cells[column]), row]);
      rows.sort(([a], [b]) => (isUp ? 1 : -1) * compare(a, b));
      body.append(...rows.map(([, row]) => row));
      limit(grid);
    }));
    const box = grid.closest(".grid-box");
    box.querySelector("[data-copy]")?.addEventListener("click", (event) => copy(grid, event.currentTarget));
    box.querySelector("[data-all]")?.addEventListener("click", (event) => {
      const isAll = grid.toggleAttribute("data-is-all");
      event.currentTarget.setAttribute("aria-expanded", isAll);
      event.currentTarget.textContent = isAll ? event.currentTarget.dataset.less : event.currentTarget.dataset.more;
      limit(grid);
    });
    box.querySelector("[data-search]")?.addEventListener("input", (event) => {
      grid.dataset.wanted = event.currentTarget.value.trim().toLocaleLowerCase();
      limit(grid);
    });
    limit(grid);
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-show-link]")?.dataset.showLink;
    if (link !== undefined) document.dispatchEvent(new CustomEvent("show-link", { detail: link }));
  });
}

function keyOf(cell) {
  const value = cell.dataset.value;
  return value === undefined ? cell.textContent.trim() : value === "" ? null : Number(value);
}

function compare(a, b) {
  // What is not there comes last in both directions of reading: as the least.
  if (a === null || b === null) return (a !== null) - (b !== null);
  return typeof a === "number" ? a - b : a.localeCompare(b, report.lang, { numeric: true });
}

function limit(grid) {
  const most = grid.hasAttribute("data-is-all") ? Infinity : Number(grid.dataset.most), wanted = grid.dataset.wanted ?? "";
  let n = 0;
  for (const row of grid.tBodies[0].rows) {
    const isWanted = !wanted || row.textContent.toLocaleLowerCase().includes(wanted);
    row.hidden = !isWanted || n >= most;
    if (isWanted) n += 1;
  }
}

async function copy(grid, button) {
  const cells = (row) => [...row.cells].map((cell) => safe(cell)).join("\t");
  const text = [...grid.tHead.rows, ...grid.tBodies[0].rows, ...(grid.tFoot?.rows ?? [])].map(cells).join("\n");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = words.copied;
  setTimeout(() => { button.textContent = words.copy; }, 2000);
}

function safe(cell) {
  // Numbers go as they are; a text that a spreadsheet would take for a formula gets an apostrophe.
  if (cell.dataset.value) return cell.dataset.value;
  const text = cell.textContent.trim().replace(/[\t\r\n]+/g, " ");
  return /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
}
