// The style sheet of HTML reports.
#pragma once

namespace suite {

inline constexpr char kDocumentStyle[] = R"css(
:root { --ground: #ffffff; --text: #1b1b1b; --soft: #5c5c5c; --line: #d9d9d9; --stripe: #f6f6f4; --warn: #fdf3d8;
  --warn-line: #c98a00; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --text: #e8e6e3; --soft: #a3a3a3; --line: #3a3d42; --stripe: #1e2125; --warn: #33290f;
    --warn-line: #d9a520; }
  figure svg [stroke="rgb(  0, 114, 178)"] { stroke: #4aa8e0; }
  figure svg [color="rgb(  0, 114, 178)"] { color: #4aa8e0; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.55 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; padding-bottom: .2rem; border-bottom: 1px solid var(--line); }
p, ul { max-width: 46rem; }
li { margin: .2rem 0; }
.subtitle { color: var(--soft); margin-top: 0; }
.warning { background: var(--warn); border-left: 4px solid var(--warn-line); padding: .6rem .9rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font: .86rem/1.4 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
  font-variant-numeric: tabular-nums; border-top: 2px solid var(--text); border-bottom: 2px solid var(--text); }
caption { caption-side: bottom; text-align: left; color: var(--soft); padding: .5rem 0 0; line-height: 1.4; }
th, td { padding: .3rem .65rem; text-align: left; vertical-align: top; }
thead th { border-bottom: 1px solid var(--text); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 400; }
tbody tr:nth-child(even) { background: var(--stripe); }
.numeric td, .numeric thead th:not(:first-child) { text-align: right; }
.numeric td, .numeric tbody th { white-space: nowrap; }
td small { display: block; color: var(--soft); font-size: .8em; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.2rem 1.6rem; }
figure { margin: 0; }
figure svg { width: 100%; height: auto; display: block; color: var(--text); }
figure svg .gridline { stroke: var(--line); }
figcaption { color: var(--soft); font-size: .88rem; line-height: 1.4; margin-top: .3rem; }
details { margin: .6rem 0; }
summary { cursor: pointer; }
pre { overflow-x: auto; background: var(--stripe); padding: .7rem .9rem; font-size: .84rem; line-height: 1.45; }
@media (max-width: 40rem) { .numeric tbody th { white-space: normal; min-width: 7rem; } }
@media print {
  :root { --ground: #ffffff; --text: #000000; --soft: #444444; --line: #cccccc; --stripe: #ffffff; --warn: #ffffff; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  table { font-size: 7pt; }
  th, td { padding: .15rem .35rem; }
  .figures { grid-template-columns: 1fr 1fr; gap: .6rem 1rem; }
  figcaption { font-size: 7.5pt; }
  figure, tr { break-inside: avoid; }
  details { display: none; }
  h2 { break-after: avoid; }
}
)css";

}  // namespace suite
