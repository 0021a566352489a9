// Tables that sort: a click on a header orders the rows by that column, a second click turns the order.
"use strict";

const suiteTables = (() => {
  // What a cell sorts by: its data-value, else the number its text begins with, else its text. Nothing sorts last.
  function keyOf(cell, asNumber) {
    if (!cell) return null;
    const text = cell.dataset.value !== undefined ? cell.dataset.value : cell.textContent.trim();
    if (!asNumber) return text === "" ? null : text;
    const number = parseFloat(text);
    return Number.isNaN(number) ? null : number;
  }

  function compare(a, b, asNumber) {
    if (a === null || b === null) return 0;
    return asNumber ? a - b : a.localeCompare(b, "en", {numeric: true});
  }

  function sortBy(table, column) {
    const headers = table.tHead.rows[0].cells;
    const header = headers[column];
    const descending = header.getAttribute("aria-sort") === "ascending";
    const asNumber = header.dataset.sort === "number";
    const rows = Array.from(table.tBodies[0].rows).map(row => ({row, key: keyOf(row.cells[column], asNumber)}));
    const filled = rows.filter(one => one.key !== null);
    filled.sort((a, b) => (descending ? -1 : 1) * compare(a.key, b.key, asNumber));
    for (const one of filled.concat(rows.filter(other => other.key === null))) table.tBodies[0].append(one.row);
    for (const other of headers) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  }

  function makeSortable(table) {
    Array.from(table.tHead.rows[0].cells).forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = "Sort by this column";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sortBy(table, column));
      header.append(button);
    });
  }

  return {makeSortable};
})();
