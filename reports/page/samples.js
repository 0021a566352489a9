// Sample answers, rank by rank: what each line was judged to be, and what the run's objective gives for it.
"use strict";

const suiteSamples = (() => {
  // A mark and a word, so that neither colour nor shape alone tells.
  const verdicts = {
    hit: ["\u2713", "hit"], miss: ["\u2013", "miss"], duplicate: ["=", "duplicate"], seen: ["\u25cb", "seen"],
    unknown_title: ["?", "unknown title"], wrong_year: ["\u2260", "wrong year"],
    other_spelling: ["\u223c", "other spelling"], unparsed: ["\u2717", "no \u201cTitle (Year)\u201d"],
  };
  const kinds = {
    sequence_dcg: "DCG of the whole list, the same at every rank", full_dcg: "DCG of the whole list, at every rank",
    log: "hits from this rank on, each discounted by its own rank", exp_inf: "this rank\u2019s own hit",
    exp_gamma: "hits from this rank on, discounted by their distance", window: "hits in a window from this rank on",
  };

  function element(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  const number = value => (value === null || value === undefined ? "" : String(Number(value.toPrecision(3))));
  const lineOf = (sample, rank) => (sample.text.split("\n")[rank[0]] ?? "\u2026") || "(empty line)";

  function verdictOf(rank) {
    const [mark, word] = verdicts[rank[1]] || ["", rank[1]];
    const box = element("span", undefined, "verdict");
    const sign = element("span", mark, "mark");
    sign.setAttribute("aria-hidden", "true");
    box.append(sign, " " + word);
    return box;
  }

  const creditOf = kind => "Credit is the return of the run\u2019s objective"
    + (kind ? ` (${kind}${kinds[kind] ? ": " + kinds[kind] : ""})` : "") + ".";

  function scrolled(table) {
    const box = element("div", undefined, "scroll");
    box.append(table);
    return box;
  }

  function headed(titles) {
    const table = element("table", undefined, "credit");
    const row = table.createTHead().insertRow();
    for (const title of titles) {
      const cell = element("th", title);
      cell.scope = "col";
      row.append(cell);
    }
    table.createTBody();
    return table;
  }

  // One answer: a row a rank.
  function answerTable(answer) {
    const table = headed(["Rank", "Line", "Judged", "Relevance", "Credit"]);
    answer.ranks.forEach((rank, i) => {
      const row = table.tBodies[0].insertRow();
      if (rank[1] === "hit") row.className = "hit";
      row.insertCell().textContent = i + 1;
      row.insertCell().textContent = lineOf(answer, rank);
      row.insertCell().append(verdictOf(rank));
      row.insertCell().textContent = number(rank[2]);
      row.insertCell().textContent = number(rank[3]);
    });
    return scrolled(table);
  }

  function judgedCell(row, answer, k) {
    const cell = row.insertCell(), rank = answer.ranks[k];
    if (!rank) return;
    if (rank[1] === "hit") cell.className = "hit";
    cell.append(element("div", lineOf(answer, rank)), verdictOf(rank));
  }

  // The answers to one conversation before the first step and at the end.
  function pairTable(before, after) {
    const table = headed(["Rank", "Before the first step", "At the end"]);
    for (let k = 0; k < Math.max(before.ranks.length, after.ranks.length); ++k) {
      const row = table.tBodies[0].insertRow();
      row.insertCell().textContent = k + 1;
      judgedCell(row, before, k);
      judgedCell(row, after, k);
    }
    return scrolled(table);
  }

  // The samples of one prompt side by side: what the update compared.
  function groupTable(group) {
    const table = headed(["Rank", ...group.samples.map((_, i) => `Sample ${i + 1}`)]);
    const ranks = Math.max(0, ...group.samples.map(sample => sample.ranks.length));
    for (let k = 0; k < ranks; ++k) {
      const row = table.tBodies[0].insertRow();
      row.insertCell().textContent = k + 1;
      for (const sample of group.samples) {
        const cell = row.insertCell(), rank = sample.ranks[k];
        if (!rank) continue;
        if (rank[1] === "hit") cell.className = "hit";
        cell.append(element("div", lineOf(sample, rank)), verdictOf(rank),
                    element("div", `return ${number(rank[3])}, advantage ${number(rank[4])}`, "numbers"));
      }
    }
    return scrolled(table);
  }

  function groupOf(group) {
    const box = element("div", undefined, "answer");
    const shown = group.samples.length < group.size ? `, the first ${group.samples.length} of ${group.size} samples` : "";
    box.append(element("p", `Training conversation ${group.conversation}${shown}`), groupTable(group));
    return box;
  }

  return {answerTable, pairTable, groupOf, creditOf};
})();
