// Charts with hover, drawn by plotly.js from the numbers on the page. Without plotly.js the static pictures stay.
"use strict";

const suiteCharts = (() => {
  // Okabe and Ito (2008): apart for readers with any common colour vision. In the dark the first is lighter.
  const light = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
  const dark = ["#4aa8e0", "#ef7d33", "#22c698", "#dd94be", "#f0b840", "#8fd0f5"];
  const symbols = ["circle", "square", "triangle-up", "diamond", "triangle-down", "pentagon"];
  const darkMode = window.matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Set();

  const colourOf = index => (darkMode.matches ? dark : light)[index % light.length];

  // After all colours were used the same colours come with the next symbol, and lines with dashes.
  const symbolOf = index => symbols[(index + Math.floor(index / light.length)) % symbols.length];
  const dashOf = index => (index < light.length ? "solid" : "dash");

  // Long names stand in lines of words.
  function wrapped(name, letters) {
    const lines = [""];
    for (const word of name.split(" ")) {
      const last = lines[lines.length - 1];
      if (last && last.length + 1 + word.length > letters) lines.push(word);
      else lines[lines.length - 1] = last ? last + " " + word : word;
    }
    return lines.join("<br>");
  }

  function faded(colour, opacity) {
    const [r, g, b] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
    return `rgba(${r}, ${g}, ${b}, ${opacity})`;
  }

  const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function onAxis(line, axis) {
    const other = (line.other_x || []).find(one => one[0] === axis);
    return other ? other[1] : line.x;
  }

  // The distances from the values to the ends of their intervals.
  function errorBars(line, colour) {
    if (!line.low.length) return undefined;
    const array = line.high.map((high, i) => high - line.y[i]);
    return {type: "data", symmetric: false, array, arrayminus: line.low.map((low, i) => line.y[i] - low), color: colour};
  }

  function bandOf(line, x, colour) {
    return {x: x.concat(x.slice().reverse()), y: line.high.concat(line.low.slice().reverse()), fill: "toself",
            fillcolor: faded(colour, 0.18), line: {width: 0}, mode: "lines", hoverinfo: "skip", showlegend: false,
            legendgroup: line.name, name: line.name};
  }

  function lineTraces(plot, axis) {
    const bands = [], lines = [];
    let index = 0;
    for (const line of plot.lines) {
      if (line.is_reference) {
        // A level has no place on other axes but the ones that the lines span.
        const ends = plot.lines.filter(other => !other.is_reference).map(other => onAxis(other, axis));
        const x = axis === plot.x_label ? line.x : [0, Math.max(...ends.map(end => end[end.length - 1]))];
        lines.push({x, y: line.y, mode: "lines", name: line.name,
                    line: {dash: "dash", width: 1.5, color: style("--text")}});
        continue;
      }
      const colour = colourOf(index), x = onAxis(line, axis);
      if (line.low.length) bands.push(bandOf(line, x, colour));
      lines.push({x, y: line.y, mode: "lines+markers", name: line.name, legendgroup: line.name,
                  line: {color: colour, width: 2, dash: dashOf(index)}, marker: {symbol: symbolOf(index), size: 6},
                  customdata: line.low.map((low, i) => [low, line.high[i]]),
                  hovertemplate: "%{y:.4g}" + (line.low.length ? " [%{customdata[0]:.4g}, %{customdata[1]:.4g}]" : "")});
      ++index;
    }
    return bands.concat(lines);
  }

  // Bars whose names have no room side by side.
  const liesFlat = (plot, width) => plot.kind === "bars"
    && plot.categories.length * 7 * Math.max(...plot.categories.map(name => name.length / (name.includes(" ") ? 2 : 1))) > width;
  const rowsOf = (plot, width) => plot.kind === "forest" || liesFlat(plot, width);
  const lettersOf = width => (width < 500 ? 20 : 34);

  function tracesOf(plot, axis, width) {
    const first = plot.lines[0];
    if (plot.kind === "bars") {
      const bars = {type: "bar", marker: {color: faded(colourOf(0), 0.6)}, name: first.name};
      const errors = errorBars(first, style("--text"));
      return liesFlat(plot, width) ? [{...bars, orientation: "h", y: plot.categories, x: first.y, error_x: errors}]
                                   : [{...bars, x: plot.categories, y: first.y, error_y: errors}];
    }
    if (plot.kind === "forest") {
      return [{x: first.y, y: plot.categories, mode: "markers", error_x: errorBars(first, colourOf(0)),
               marker: {color: colourOf(0), size: 9, symbol: "square"}, name: first.name}];
    }
    if (plot.kind === "points") {
      return plot.lines.map((line, i) => ({x: onAxis(line, axis), y: line.y, mode: "markers", name: line.name,
        error_y: errorBars(line, colourOf(i)),
        marker: {color: colourOf(i), size: 11, symbol: symbolOf(i)}}));
    }
    if (plot.kind === "panels") return panelTraces(plot);
    return lineTraces(plot, axis);
  }

  const panelsOf = plot => [...new Set(plot.lines.map(line => line.panel))];
  const axisName = (letter, panel) => letter + (panel === 0 ? "" : panel + 1);

  // Outlines over each other in each panel: told apart by dashes too.
  function panelTraces(plot) {
    const panels = panelsOf(plot);
    const names = [...new Set(plot.lines.map(line => line.name))];
    return plot.lines.map(line => {
      const panel = panels.indexOf(line.panel), index = names.indexOf(line.name);
      return {x: line.x, y: line.y, mode: "lines", name: line.name, legendgroup: line.name,
              showlegend: plot.lines.find(other => other.name === line.name) === line,
              line: {shape: "hvh", width: 2, color: colourOf(index), dash: ["dot", "dash", "solid"][index % 3]},
              customdata: line.x.map(x => plot.categories[x]), hovertemplate: "%{customdata}: %{y:.3g}",
              xaxis: axisName("x", panel), yaxis: axisName("y", panel)};
    });
  }

  // All panels share their axes, so that they can be compared at a glance.
  function panelLayout(plot, layout, width) {
    const panels = panelsOf(plot), columns = panels.length > 1 && width > 560 ? 2 : 1;
    const rows = Math.ceil(panels.length / columns);
    const top = 1.05 * Math.max(...[].concat(...plot.lines.map(line => line.y))) || 1;
    layout.grid = {rows, columns, pattern: "independent", roworder: "top to bottom", xgap: 0.12,
                   ygap: rows > 1 ? 0.34 : 0};
    layout.height = 110 + 210 * rows;
    layout.margin = {...layout.margin, t: 60};
    layout.annotations = [];
    panels.forEach((name, panel) => {
      const isLeft = panel % columns === 0, isBelow = panel + columns >= panels.length;
      layout[axisName("xaxis", panel)] = {...layout.xaxis, title: {text: isBelow ? plot.x_label : "", standoff: 6},
        type: "linear", range: [-0.5, plot.categories.length - 0.5], tickangle: 0,
        tickvals: plot.x_ticks.map(tick => tick[0]), ticktext: plot.x_ticks.map(tick => tick[1]), automargin: false};
      layout[axisName("yaxis", panel)] = {...layout.yaxis, title: {text: isLeft ? plot.y_label : "", standoff: 8},
        range: [0, top], autorange: false};
      layout.annotations.push({text: name, showarrow: false, font: {size: 12}, yanchor: "bottom", xanchor: "left",
        xref: axisName("x", panel) + " domain", yref: axisName("y", panel) + " domain", x: 0, y: 1});
    });
    return layout;
  }

  // The lines decide the range; a wide band of few seeds is cut, as in the static picture.
  function rangeOf(plot) {
    const numbers = lists => [].concat(...lists).filter(value => value !== null && Number.isFinite(value));
    const ends = plot.whole_bands ? plot.lines.flatMap(line => [line.low, line.high]) : [];
    const ys = numbers(plot.lines.map(line => line.y).concat(ends));
    const low = Math.min(...ys), high = Math.max(...ys), span = high - low;
    if (!(span > 0)) return undefined;
    const bandLow = Math.min(low, ...numbers(plot.lines.map(line => line.low)));
    const bandHigh = Math.max(high, ...numbers(plot.lines.map(line => line.high)));
    return [Math.max(bandLow, low - span) - 0.05 * span, Math.min(bandHigh, high + span) + 0.05 * span];
  }

  function xTicksOf(plot, axis, width) {
    if (plot.log_x && axis === plot.x_label) return {tickvals: [...new Set([].concat(...plot.lines.map(line => line.x)))]};
    if (plot.kind !== "bars" || liesFlat(plot, width)) return {};
    return {tickvals: plot.categories, ticktext: plot.categories.map(name => wrapped(name, 8)), tickangle: 0};
  }

  function yTicksOf(plot, width) {
    if (!rowsOf(plot, width)) return {};
    return {tickvals: plot.categories, ticktext: plot.categories.map(name => wrapped(name, lettersOf(width))),
            type: "category"};
  }

  // plotly gives all entries of a legend the width of the longest.
  function legendRows(plot, width) {
    const names = [...new Set(plot.lines.map(line => line.name))];
    if (names.length < 2) return 0;
    const columns = Math.floor((width - 70) / (48 + 6.6 * Math.max(...names.map(name => name.length))));
    return Math.ceil(names.length / Math.max(1, columns));
  }

  // The height that leaves the plot its own whatever lies below and beside it.
  function heightOf(plot, height, width) {
    if (!rowsOf(plot, width)) return height + 19 * Math.max(0, legendRows(plot, width) - 2);
    const lines = plot.categories.map(name => wrapped(name, lettersOf(width)).split("<br>").length);
    return Math.max(160, 100 + lines.reduce((sum, n) => sum + Math.max(22, 9 + 15 * n), 0));
  }

  function layoutOf(plot, axis, height, width) {
    const grid = style("--line"), text = style("--text");
    const isForest = plot.kind === "forest", isBars = plot.kind === "bars", inRows = rowsOf(plot, width);
    const range = plot.kind === "lines" ? rangeOf(plot) : undefined;
    const below = 52 + 19 * legendRows(plot, width);
    return {
      title: {text: plot.title, font: {size: 14}, x: 0.02, xanchor: "left"},
      height, margin: {l: 60, r: 12, t: 38, b: below}, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: {color: text, size: 12, family: "system-ui, Helvetica, Arial, sans-serif"},
      hovermode: plot.kind === "lines" ? "x unified" : "closest",
      hoverlabel: {bgcolor: style("--ground"), bordercolor: grid, font: {color: text}},
      showlegend: plot.lines.length > 1,
      legend: {orientation: "h", yref: "container", y: 0, yanchor: "bottom", x: 0, itemwidth: 30, maxheight: height},
      xaxis: {title: {text: isBars && inRows ? plot.y_label : axis, standoff: 8}, linecolor: text,
              gridcolor: inRows ? grid : "rgba(0,0,0,0)", zeroline: isForest, zerolinecolor: text, automargin: true,
              type: plot.log_x ? "log" : isBars && !inRows ? "category" : undefined, nticks: width < 500 ? 5 : undefined,
              ...xTicksOf(plot, axis, width)},
      yaxis: {title: {text: inRows ? "" : plot.y_label, standoff: 8}, gridcolor: inRows ? "rgba(0,0,0,0)" : grid,
              zeroline: false, automargin: true, range, autorange: inRows ? "reversed" : range ? false : true,
              rangemode: isBars ? "tozero" : undefined, ...yTicksOf(plot, width)},
    };
  }

  function draw(place, plot, axis, height) {
    place.suitePlot = [plot, axis, height];
    drawn.add(place);
    const options = {displaylogo: false, responsive: true, displayModeBar: false};
    const width = place.clientWidth;
    let layout = layoutOf(plot, axis, heightOf(plot, height, width), width);
    if (plot.kind === "panels") layout = panelLayout(plot, layout, width);
    place.style.height = layout.height + "px";
    return Plotly.react(place, tracesOf(plot, axis, width), layout, options);
  }

  darkMode.addEventListener("change", () => {
    for (const place of drawn) {
      if (place.isConnected) draw(place, ...place.suitePlot);
    }
  });

  function csvOf(plot) {
    const field = text => (/[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text);
    const axes = [...new Set([].concat(...plot.lines.map(line => (line.other_x || []).map(one => one[0]))))];
    const hasPanels = plot.kind === "panels";
    const rows = [[...(hasPanels ? ["panel"] : []), "line", "x", "y", "low", "high", ...axes]];
    for (const line of plot.lines) {
      line.x.forEach((x, i) => rows.push([...(hasPanels ? [line.panel] : []), line.name, plot.categories.length ? plot.categories[i] : x, line.y[i],
        line.low.length ? line.low[i] : "", line.high.length ? line.high[i] : "",
        ...axes.map(axis => ((line.other_x || []).find(one => one[0] === axis) || [axis, []])[1][i] ?? "")]));
    }
    return rows.map(row => row.map(value => field(String(value ?? ""))).join(",")).join("\n") + "\n";
  }

  function dataLink(plot, name, ending, type, textOf) {
    const link = document.createElement("a");
    link.textContent = name;
    link.href = "#";
    link.download = plot.stem + ending;
    link.addEventListener("click", () => {
      link.href = URL.createObjectURL(new Blob([textOf(plot)], {type}));
    });
    return link;
  }

  function axisChoice(plot, place) {
    const axes = [plot.x_label, ...new Set([].concat(...plot.lines.map(l => (l.other_x || []).map(one => one[0]))))];
    if (axes.length < 2) return null;
    const label = document.createElement("label");
    const select = document.createElement("select");
    for (const axis of axes) select.add(new Option(axis, axis));
    select.addEventListener("change", () => draw(place, plot, select.value, place.suitePlot[2]));
    label.append("over ", select);
    return label;
  }

  // Puts a chart in the place of the figure's picture, which stays for print.
  function upgrade(figure, plot) {
    const svg = figure.querySelector(":scope > svg");
    const height = Math.max(Math.round(svg.getBoundingClientRect().height), 300);
    const place = document.createElement("div");
    place.className = "chart";
    place.style.height = height + "px";
    const tools = document.createElement("div");
    tools.className = "chart-tools";
    const choice = axisChoice(plot, place);
    if (choice) tools.append(choice);
    tools.append(dataLink(plot, "Data (CSV)", ".csv", "text/csv", csvOf),
                 dataLink(plot, "JSON", ".json", "application/json", JSON.stringify));
    svg.before(tools, place);
    figure.classList.add("drawn");
    return draw(place, plot, plot.x_label, height);
  }

  // A chart is drawn when it comes near the window: dozens at once would make the page wait.
  function watch(figures, plots) {
    if (typeof Plotly === "undefined") return;
    const byStem = new Map(plots.map(plot => [plot.stem, plot]));
    const observer = new IntersectionObserver(entries => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        observer.unobserve(entry.target);
        const plot = byStem.get(entry.target.dataset.plot);
        if (plot) upgrade(entry.target, plot);
      }
    }, {rootMargin: "600px"});
    for (const figure of figures) observer.observe(figure);
  }

  return {watch, draw};
})();
