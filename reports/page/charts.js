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
                  line: {color: colour, width: 2}, marker: {symbol: symbols[index % symbols.length], size: 6},
                  customdata: line.low.map((low, i) => [low, line.high[i]]),
                  hovertemplate: "%{y:.4g}" + (line.low.length ? " [%{customdata[0]:.4g}, %{customdata[1]:.4g}]" : "")});
      ++index;
    }
    return bands.concat(lines);
  }

  function tracesOf(plot, axis) {
    const first = plot.lines[0];
    if (plot.kind === "bars") {
      return [{type: "bar", x: plot.categories, y: first.y, error_y: errorBars(first, style("--text")),
               marker: {color: faded(colourOf(0), 0.6)}, name: first.name}];
    }
    if (plot.kind === "forest") {
      return [{x: first.y, y: plot.categories, mode: "markers", error_x: errorBars(first, colourOf(0)),
               marker: {color: colourOf(0), size: 9, symbol: "square"}, name: first.name}];
    }
    if (plot.kind === "points") {
      return plot.lines.map((line, i) => ({x: line.x, y: line.y, mode: "markers", name: line.name,
        error_y: errorBars(line, colourOf(i)),
        marker: {color: colourOf(i), size: 11, symbol: symbols[i % symbols.length]}}));
    }
    return lineTraces(plot, axis);
  }

  // The lines decide the range; a wide band of few seeds is cut, as in the static picture.
  function rangeOf(plot) {
    const numbers = lists => [].concat(...lists).filter(value => value !== null && Number.isFinite(value));
    const ys = numbers(plot.lines.map(line => line.y));
    const low = Math.min(...ys), high = Math.max(...ys), span = high - low;
    if (!(span > 0)) return undefined;
    const bandLow = Math.min(low, ...numbers(plot.lines.map(line => line.low)));
    const bandHigh = Math.max(high, ...numbers(plot.lines.map(line => line.high)));
    return [Math.max(bandLow, low - span) - 0.05 * span, Math.min(bandHigh, high + span) + 0.05 * span];
  }

  function layoutOf(plot, axis, height) {
    const grid = style("--line"), text = style("--text");
    const isForest = plot.kind === "forest", isBars = plot.kind === "bars";
    const range = plot.kind === "lines" ? rangeOf(plot) : undefined;
    return {
      title: {text: plot.title, font: {size: 14}, x: 0.02, xanchor: "left"},
      height, margin: {l: 60, r: 12, t: 38, b: 48}, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: {color: text, size: 12, family: "system-ui, Helvetica, Arial, sans-serif"},
      hovermode: plot.kind === "lines" ? "x unified" : "closest",
      hoverlabel: {bgcolor: style("--ground"), bordercolor: grid, font: {color: text}},
      showlegend: plot.lines.length > 1,
      legend: {orientation: "h", y: -0.24, x: 0, itemwidth: 30},
      xaxis: {title: {text: axis, standoff: 8}, gridcolor: isForest ? grid : "rgba(0,0,0,0)", linecolor: text,
              zeroline: isForest, zerolinecolor: text, automargin: true,
              type: plot.log_x ? "log" : isBars ? "category" : undefined,
              tickvals: plot.log_x ? [...new Set([].concat(...plot.lines.map(line => line.x)))] : undefined},
      yaxis: {title: {text: plot.y_label, standoff: 8}, gridcolor: grid, zeroline: false, automargin: true, range,
              autorange: isForest ? "reversed" : range ? false : true, rangemode: isBars ? "tozero" : undefined},
    };
  }

  function draw(place, plot, axis, height) {
    place.suitePlot = [plot, axis, height];
    drawn.add(place);
    const options = {displaylogo: false, responsive: true, displayModeBar: false};
    return Plotly.react(place, tracesOf(plot, axis), layoutOf(plot, axis, height), options);
  }

  darkMode.addEventListener("change", () => {
    for (const place of drawn) {
      if (place.isConnected) draw(place, ...place.suitePlot);
    }
  });

  function csvOf(plot) {
    const field = text => (/[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text);
    const axes = [...new Set([].concat(...plot.lines.map(line => (line.other_x || []).map(one => one[0]))))];
    const rows = [["line", "x", "y", "low", "high", ...axes]];
    for (const line of plot.lines) {
      line.x.forEach((x, i) => rows.push([line.name, plot.categories.length ? plot.categories[i] : x, line.y[i],
        line.low.length ? line.low[i] : "", line.high.length ? line.high[i] : "",
        ...axes.map(axis => ((line.other_x || []).find(one => one[0] === axis) || [axis, []])[1][i] ?? "")]));
    }
    return rows.map(row => row.map(value => field(String(value ?? ""))).join(",")).join("\n") + "\n";
  }

  function dataLink(plot) {
    const link = document.createElement("a");
    link.textContent = "Data (CSV)";
    link.href = "#";
    link.download = plot.stem + ".csv";
    link.addEventListener("click", () => {
      link.href = URL.createObjectURL(new Blob([csvOf(plot)], {type: "text/csv"}));
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
    const height = Math.max(Math.round(svg.getBoundingClientRect().height), plot.kind === "forest" ? 160 : 300);
    const place = document.createElement("div");
    place.className = "chart";
    place.style.height = height + "px";
    const tools = document.createElement("div");
    tools.className = "chart-tools";
    const choice = axisChoice(plot, place);
    if (choice) tools.append(choice);
    tools.append(dataLink(plot));
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
