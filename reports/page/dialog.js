// What stands behind a cell: the value, and each run with its config, provenance, curves and sample answers.
"use strict";

const suiteDialog = (() => {
  let dialog = null;

  function element(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function listOf(entries) {
    const list = element("dl");
    for (const [key, value] of entries) {
      if (value === undefined || value === "") continue;
      list.append(element("dt", key), element("dd", String(value)));
    }
    return list;
  }

  const digits = text => (text === undefined ? undefined : String(Number(Number(text).toPrecision(5))));

  function valueOf(cell) {
    const data = cell.dataset;
    return listOf([
      ["Value", digits(data.value)],
      ["Interval", data.low === undefined ? undefined : `[${digits(data.low)}, ${digits(data.high)}]`],
      ["Resampled", data.resampled],
      ["Standard error, clustered", digits(data.clusteredError)],
      ["Seeds", data.seeds],
      ["Conversations", data.conversations],
      ["Contexts", data.contexts],
    ]);
  }

  function folded(title, content, open) {
    const details = element("details");
    details.open = Boolean(open);
    details.append(element("summary", title), content);
    return details;
  }

  // In records without judged ranks a line is a rank.
  function linesOf(answer) {
    const list = element("ol");
    for (const line of answer.text.split("\n")) {
      if (line.trim() !== "") list.append(element("li", line));
    }
    return list;
  }

  function answerOf(answer) {
    const box = element("div", undefined, "answer");
    box.append(element("p", `Conversation ${answer.conversation}`));
    box.append(answer.ranks.length ? suiteSamples.answerTable(answer) : linesOf(answer));
    const scores = Object.entries(answer.scores || {}).map(([name, value]) => `${name} ${digits(value)}`).join(", ");
    if (scores) box.append(element("p", "Scores of the answer: " + scores));
    if (answer.before) {
      if (answer.wanted.length) box.append(element("p", "Wanted: " + answer.wanted.join(", ")));
      box.append(suiteSamples.pairTable(answer.before, answer));
    }
    return box;
  }

  function answersOf(run) {
    const box = element("div");
    if (run.answers.some(answer => answer.ranks.length)) box.append(element("p", suiteSamples.creditOf(run.credit_kind)));
    box.append(...run.answers.map(answerOf));
    return box;
  }

  function groupsOf(run) {
    const box = element("div");
    box.append(element("p", "Groups of the last training step. " + suiteSamples.creditOf(run.credit_kind) +
      " The advantage is what is left of it against the rest of the group; it weighs the tokens of the line."));
    box.append(...run.groups.map(suiteSamples.groupOf));
    return box;
  }

  function curve(title, label, x, y) {
    return {stem: "", title, kind: "lines", x_label: "RL step", y_label: label, categories: [],
            lines: [{name: label, x, y, low: [], high: []}]};
  }

  // Evaluations and step series of the run, at most eight: drawn when they are unfolded.
  function curvesOf(run) {
    const plots = [];
    for (const [split, table] of Object.entries(run.evaluations || {})) {
      for (const [metric, values] of Object.entries(table.means)) {
        if (table.steps.length > 1) plots.push(curve(`${metric}, ${split}`, metric, table.steps, values));
      }
    }
    for (const [name, values] of Object.entries(run.series || {})) plots.push(curve(name, name, run.steps, values));
    const box = element("div", undefined, "pair");
    if (plots.length === 0) box.append(element("p", "No curves: the run was evaluated once and has no steps."));
    const details = folded("Curves", box, false);
    details.addEventListener("toggle", () => {
      if (!details.open || box.childElementCount || typeof Plotly === "undefined") return;
      // All places first, so that each chart finds the width that it will keep.
      const places = plots.map(() => element("div", undefined, "chart"));
      box.append(...places);
      plots.forEach((plot, i) => suiteCharts.draw(places[i], plot, plot.x_label, 230));
    });
    return details;
  }

  function runOf(name, run, common, open) {
    const box = element("section");
    box.append(element("h4", `${run.arm}, seed ${run.seed}`), listOf([["Run (config hash)", name], ["Status", run.status],
      ...Object.entries(run.summary)]));
    box.append(folded("Config", listOf(Object.entries({...common.config, ...run.config}).sort()), false));
    box.append(folded("Provenance", listOf(Object.entries({...common.provenance, ...run.provenance})), false));
    box.append(curvesOf(run));
    if (run.groups.length) box.append(folded("What the last update saw", groupsOf(run), false));
    if (run.answers.length) box.append(folded(`Sample answers (${run.answers.length})`, answersOf(run), open));
    return box;
  }

  function titleOf(cell) {
    const row = cell.parentElement.cells[0].firstChild;
    const header = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
    return (row ? row.textContent.trim() : "") + ", " + header.textContent.trim();
  }

  function open(cell, data) {
    const close = element("button", "Close", "close");
    close.type = "button";
    close.addEventListener("click", () => dialog.close());
    const names = cell.dataset.runs.split(" ").filter(name => data.runs[name]);
    dialog.replaceChildren(close, element("h3", titleOf(cell)), valueOf(cell),
                           element("h4", names.length === 1 ? "The run behind it" : `The ${names.length} runs behind it`));
    names.forEach((name, i) => dialog.append(runOf(name, data.runs[name], data.common, i === 0)));
    dialog.showModal();
    dialog.scrollTop = 0;
  }

  function attach(cells, data) {
    dialog = element("dialog");
    dialog.setAttribute("aria-label", "The runs behind a cell");
    document.body.append(dialog);
    for (const cell of cells) {
      cell.classList.add("opens");
      cell.tabIndex = 0;
      cell.setAttribute("aria-haspopup", "dialog");
      cell.title = "Show the runs behind this cell";
      cell.addEventListener("click", () => open(cell, data));
      cell.addEventListener("keydown", event => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open(cell, data);
      });
    }
  }

  return {attach};
})();
