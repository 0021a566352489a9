// Evaluated in a report's page by page_test.cc: uses the page as a reader would and gives back what happened.
"use strict";

(async () => {
  const found = {};
  const pause = () => new Promise(resolve => setTimeout(resolve, 50));

  async function scrollToAllFigures() {
    const figures = Array.from(document.querySelectorAll("figure[data-plot]"));
    for (const figure of figures) {
      figure.scrollIntoView();
      for (let i = 0; i < 100 && !figure.querySelector(".chart .main-svg"); ++i) await pause();
    }
    found.drawn = figures.filter(figure => figure.querySelector(".chart .main-svg")).length;
  }

  function columnOf(table, title) {
    return Array.from(table.tHead.rows[0].cells).findIndex(cell => cell.textContent.includes(title));
  }

  function sortTwice() {
    const table = document.querySelector("#results ~ .scroll table");
    const column = columnOf(table, "NDCG@5");
    const values = () => Array.from(table.tBodies[0].rows).map(row => row.cells[column].dataset.value)
      .filter(value => value !== undefined).map(Number);
    const isRising = list => list.every((value, i) => i === 0 || list[i - 1] <= value);
    const header = table.tHead.rows[0].cells[column];
    header.querySelector("button").click();
    found.ascending = header.getAttribute("aria-sort") === "ascending" && isRising(values());
    header.querySelector("button").click();
    found.descending = header.getAttribute("aria-sort") === "descending" && isRising(values().reverse());
    table.tHead.rows[0].cells[0].querySelector("button").click();
    found.one_sorted_column = table.querySelectorAll("th[aria-sort]").length;
    found.sorted_rows = values().length;
  }

  async function otherAxis() {
    const figure = document.querySelector("figure[data-plot='curve_ndcg_5']");
    const chart = figure.querySelector(".chart"), select = figure.querySelector("select");
    const lastX = () => Math.max(...chart.data.filter(trace => trace.mode === "lines+markers").map(t => t.x[t.x.length - 1]));
    found.axes = Array.from(select.options).map(option => option.value);
    const steps = lastX();
    select.value = "Seconds of training";
    select.dispatchEvent(new Event("change"));
    await pause();
    found.axis_changes = lastX() !== steps;
  }

  function openCell() {
    const cell = document.querySelector("td.opens");
    cell.click();
    const dialog = document.querySelector("dialog");
    const text = dialog.textContent;
    found.dialog_opens = dialog.open;
    found.runs_behind = dialog.querySelectorAll("section").length;
    found.runs_named = cell.dataset.runs.split(" ").length;
    found.shows = ["Standard error, clustered", "learning_rate", "gcc 12.2.0", "Alien (1979)", "Scores of the answer:", "wall_s"]
      .filter(word => text.includes(word));
    const curves = Array.from(dialog.querySelectorAll("details")).find(d => d.textContent.startsWith("Curves"));
    curves.open = true;
    return curves;
  }

  // The rows of the first credit table, with hits marked by a sign, a word and a rule; and the group side by side.
  function readCredit() {
    const dialog = document.querySelector("dialog");
    const texts = row => Array.from(row.cells).map(cell => cell.textContent.trim());
    const answers = Array.from(dialog.querySelectorAll("details")).find(d => d.textContent.startsWith("Sample answers"));
    const table = answers.querySelector("table.credit");
    found.credit_head = texts(table.tHead.rows[0]);
    found.credit_rows = Array.from(table.tBodies[0].rows).map(texts);
    found.hit_rows = Array.from(table.tBodies[0].rows).map(row => row.classList.contains("hit"));
    found.hit_has_rule = getComputedStyle(table.querySelector("tr.hit")).boxShadow !== "none";
    found.credit_shown = answers.open && table.getBoundingClientRect().height > 0;
    const pair = answers.querySelectorAll("table.credit")[1];
    found.pair_head = texts(pair.tHead.rows[0]);
    found.pair_first = texts(pair.tBodies[0].rows[0]);
    found.credit_text = answers.querySelector("p").textContent;
    const seen = Array.from(dialog.querySelectorAll("details")).find(d => d.textContent.startsWith("What the last"));
    seen.open = true;
    const group = seen.querySelector("table.credit");
    found.group_head = texts(group.tHead.rows[0]);
    found.group_first = texts(group.tBodies[0].rows[1]);
  }

  async function useDialog() {
    const curves = openCell();
    readCredit();
    for (let i = 0; window.Plotly && i < 100 && !curves.querySelector(".main-svg"); ++i) await pause();
    found.dialog_curves = curves.querySelectorAll(".chart .main-svg").length > 0;
    const dialog = document.querySelector("dialog");
    found.dialog_fits = dialog.scrollWidth <= dialog.clientWidth && dialog.getBoundingClientRect().width <= innerWidth;
    dialog.querySelector("button.close").click();
    found.dialog_closes = !dialog.open;
    document.querySelector("td.opens").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
    found.dialog_opens_by_key = dialog.open;
    dialog.close();
  }

  // The contrast of text and ground by WCAG 2.
  function contrast() {
    const light = text => text.match(/[\d.]+/g).slice(0, 3).map(Number)
      .map(c => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    const luminance = rgb => 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    const body = getComputedStyle(document.body);
    const both = [luminance(light(body.color)), luminance(light(body.backgroundColor))].sort((a, b) => a - b);
    return (both[1] + 0.05) / (both[0] + 0.05);
  }

  sortTwice();
  found.plotly = Boolean(window.Plotly);
  if (found.plotly) {
    await scrollToAllFigures();
    await otherAxis();
  }
  const figures = Array.from(document.querySelectorAll("figure[data-plot]"));
  found.figures = figures.length;
  found.hidden_pictures = figures.filter(f => getComputedStyle(f.querySelector(":scope > svg")).display === "none").length;
  await useDialog();
  found.width = innerWidth;
  found.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  found.dark = matchMedia("(prefers-color-scheme: dark)").matches;
  found.contrast = contrast();
  return found;
})();
