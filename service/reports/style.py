"""How reports look: one style sheet, light and dark by the reader's own preference."""

STYLE = """
:root {
  --paper: #ffffff; --card: #f6f7f9; --ink: #1c2127; --soft: #5c6670; --line: #d9dee3;
  --right: #2f6fb7; --wrong: #c2452d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --card: #1d2126; --ink: #e6e9ec; --soft: #9aa4ae; --line: #343a41;
    --right: #6aa5e6; --wrong: #ee7f66;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em;
  overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 .25rem; }
header { padding-bottom: 1.5rem; border-bottom: 1px solid var(--line); }
section { padding: 1.75rem 0 0; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.lead { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
.lead, .note, footer, figcaption, .empty { color: var(--soft); }
.note { margin: 0 0 .75rem; max-width: 46rem; font-size: .92rem; }
footer { font-size: .85rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { font-weight: 600; color: var(--soft); font-size: .82rem; }
th.figure, td.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 40rem) { section > .wide > table { min-width: 44rem; } }
.plot { width: 100%; }
.js-plotly-plot .main-svg text:not(.heatmap-label) { fill: var(--ink) !important; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .75rem; overflow: hidden; }
.card p { margin: 0 0 .5rem; font-size: .85rem; overflow-wrap: anywhere; }
.card .pictures { display: flex; gap: .5rem; }
.card figure { margin: 0; flex: 1 1 0; min-width: 0; }
.shots { display: grid; gap: .75rem; margin-bottom: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); }
.shots figure { margin: 0; min-width: 0; }
.card img, .card .none, .shots img, .shots .none { display: block; width: 100%; aspect-ratio: 1; object-fit: contain;
  background: #ffffff; border: 1px solid var(--line); border-radius: .25rem; }
.shots img { background: var(--card); }
.card .none, .shots .none { background: none; }
figcaption { font-size: .75rem; line-height: 1.3; margin-top: .25rem; overflow-wrap: anywhere; }
.verdict { margin: 0; padding: 0; list-style: none; max-width: 46rem; }
.verdict li { padding: .35rem 0 .35rem .9rem; border-left: 3px solid var(--right);
  margin-bottom: .5rem; overflow-wrap: anywhere; }
.verdict li.doubt { border-left-color: var(--wrong); }
.right { color: var(--right); } .wrong { color: var(--wrong); }
.ticket { border-top: 1px solid var(--line); }
.ticket summary { color: var(--ink); margin: 0; padding: .5rem 0; font-size: .92rem; }
.beside { display: flex; flex-wrap: wrap; gap: 1.25rem; padding-bottom: 1.25rem;
  align-items: flex-start; }
.beside > div { flex: 1 1 18rem; min-width: 0; }
.beside > .page { flex: 0 1 auto; position: relative; max-width: 29rem; }
.beside > .none { min-height: 12rem; border: 1px solid var(--line); border-radius: .25rem; }
.page img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); }
.page svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.beside td + td { overflow-wrap: anywhere; }
section > h3 { font-size: .95rem; margin: 1.5rem 0 .25rem; }
.plots { display: grid; gap: 1.25rem;
  grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); }
.plots > div { min-width: 0; }
.beside h3, .plots h3 { font-size: .82rem; color: var(--soft); margin: 1rem 0 .25rem; }
.words { margin: 0; font-size: .85rem; line-height: 1.9; }
.words span { background: var(--card); border: 1px solid var(--line); border-radius: .25rem;
  padding: 0 .3rem; overflow-wrap: anywhere; }
.legend { font-size: .85rem; margin: 0 0 .75rem; color: var(--soft); }
.legend span { color: #1c2127; padding: .1rem .4rem; margin-right: .35rem; background: #ffffff;
  border: 2px solid; display: inline-block; }
rect { fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; pointer-events: all; }
rect.right, .legend .right { stroke: #7fa8d8; border-color: #7fa8d8; stroke-width: 1; }
rect.read, .legend .read { stroke: #8a939c; border-color: #8a939c; stroke-width: 1; }
rect.wrong, .legend .wrong { stroke: #d1341b; border-color: #d1341b; }
rect.missed, .legend .missed { stroke: #9a4fd0; border-color: #9a4fd0; stroke-dasharray: 4 3;
  border-style: dashed; }
rect.field, .legend .field { stroke: #16883f; border-color: #16883f; stroke-width: 2.5;
  pointer-events: stroke; }
details summary { cursor: pointer; color: var(--soft); margin: .5rem 0; }
"""
