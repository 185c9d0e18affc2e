"use strict";
// Everything is readable without this: it adds buttons that sort, and a field that filters, to tables that are long.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const value = (row, at) => {
    const cell = row.cells[at];
    if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
    return cell.textContent === "" ? null : cell.textContent;
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.append(button);
    button.addEventListener("click", () => {
      const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
      const keyed = rows.map((row) => [value(row, at), row]);
      // What has no value stays last, whichever way the others are turned.
      keyed.sort(([a], [b]) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : turn * compare(a, b)));
      body.append(...keyed.map(([, row]) => row));
    });
  });
  const label = document.createElement("label");
  label.className = "filter";
  label.textContent = "Show rows with";
  const input = document.createElement("input");
  input.type = "search";
  const shown = document.createElement("span");
  shown.setAttribute("role", "status");
  label.append(input);
  table.closest(".scroll").before(label, shown);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLocaleLowerCase();
    let count = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = wanted === "" ? "" : `${count} of ${rows.length} rows`;
  });
}
