// Brings the page to life. Everything can be read without it.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  for (const table of document.querySelectorAll("main table")) suiteTables.makeSortable(table);
  suiteDialog.attach(document.querySelectorAll("main td[data-runs]:not([data-runs=''])"), data);
  suiteCharts.watch(document.querySelectorAll("figure[data-plot]"), data.plots);
})();
