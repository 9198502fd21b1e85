"""How the page looks: light, dark, narrow and printed. Text only."""

STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --back: #ffffff; --card: #f6f8fa; --line: #d1d9e0;
  --link: #0550ae; --red: #a40e26; --amber: #7d4e00; --green: #116329; --mark: #fff1c2;
  --c0: #1f6feb; --c1: #1a7f37; --c2: #9a6700; --c3: #cf222e; --c4: #8250df; --c5: #1b7c83; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --dim: #9da7b1; --back: #0d1117; --card: #151b23; --line: #3d444d; --link: #79b8ff;
    --red: #ff9492; --amber: #e3b341; --green: #56d364; --mark: #5c4400;
    --c0: #58a6ff; --c1: #3fb950; --c2: #d29922; --c3: #f85149; --c4: #bc8cff; --c5: #39c5cf; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.25rem 4rem; color: var(--text); background: var(--back);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
a { color: var(--link); text-underline-offset: 2px; }
h1 { font-size: 1.5rem; margin: .5rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
code, pre { font: 13px/1.5 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
pre { background: var(--back); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; overflow-x: auto;
  margin: .5rem 0; }
mark { background: var(--mark); color: inherit; }
.verdict { padding: .75rem 1rem; border: 1px solid var(--line); border-left: 6px solid var(--green); border-radius: 6px; }
.verdict.bad { border-left-color: var(--red); }
.count, .dim, .place, .hint, output { color: var(--dim); font-weight: normal; }
nav ul, ul.counts { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; margin: .5rem 0; }
.item { scroll-margin-top: 1rem; }
article.item { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--dim);
  border-radius: 6px; padding: .6rem .9rem; margin: .6rem 0; }
article.error { border-left-color: var(--red); }
article.warning { border-left-color: var(--amber); }
.help::before { content: "\\2192\\00a0"; color: var(--dim); }
.fix { border-left: 4px solid var(--green); }
.chip { display: inline-block; border: 1px solid currentColor; border-radius: 1em; padding: 0 .55em; font-size: .8rem;
  line-height: 1.35; margin-right: .3em; color: var(--dim); white-space: nowrap; }
.chip.error, .chip.fail { color: var(--red); }
.chip.warning, .chip.skipped { color: var(--amber); }
.chip.pass, .chip.new { color: var(--green); }
.chip.head, .chip.label, .chip.info { color: var(--link); }
.left { color: var(--amber); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
td:last-child { overflow-wrap: anywhere; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
details { margin: .3rem 0; }
summary { cursor: pointer; }
.filters { display: none; flex-wrap: wrap; gap: .4rem .9rem; align-items: center; margin: .5rem 0; }
.js .filters { display: flex; }
input[type=search], button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--dim);
  border-radius: 6px; padding: .15rem .5rem; }
.history, .history ol { list-style: none; margin: 0; padding: 0; }
.history .item, .history summary { display: flex; height: 26px; line-height: 22px; }
.history details { margin: 0; }
.history summary { list-style: none; color: var(--dim); }
.history summary::-webkit-details-marker { display: none; }
.history summary .words::before { content: "\\25b8\\00a0"; }
.history details[open] > summary .words::before { content: "\\25be\\00a0"; }
.history .words { padding: 2px 0 2px .5rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; min-width: 0; }
.history code { margin-right: .4em; }
.filtered .history svg { display: none; }
svg { flex: none; display: block; height: 26px; }
svg path { fill: none; stroke-width: 1.75; }
svg circle { fill: var(--back); stroke-width: 2; }
.c0 { stroke: var(--c0); color: var(--c0); } .c1 { stroke: var(--c1); color: var(--c1); }
.c2 { stroke: var(--c2); color: var(--c2); } .c3 { stroke: var(--c3); color: var(--c3); }
.c4 { stroke: var(--c4); color: var(--c4); } .c5 { stroke: var(--c5); color: var(--c5); }
svg circle.filled { fill: currentColor; }
[hidden] { display: none !important; }
:focus-visible, .item:focus { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.item:target { background: var(--mark); }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; }
footer { margin-top: 3rem; color: var(--dim); }
@media print {
  body { max-width: none; font-size: 11px; } nav, .filters, .hint, .skip { display: none !important; }
  article.item, tr { break-inside: avoid; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .history .item { height: auto; min-height: 26px; } .history .words { white-space: normal; } }
"""
