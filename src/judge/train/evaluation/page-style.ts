/** The style of the evaluation page, light or dark as the reader's system has it. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--ground:#fff;--card:#f6f7f9;--ink:#1f2329;--soft:#646a73;--line:#dee0e3;--track:#eceef1;
--ours:#0052d9;--other:#a0a7b4;--good:#1b8f5f;--bad:#d0402f;--near:#d98a00;--first:#7a3ff2;--second:#0a9bb0}
@media (prefers-color-scheme:dark){:root{--ground:#16181c;--card:#1f2227;--ink:#e6e8eb;--soft:#9aa1ab;--line:#363a41;--track:#2a2e34;
--ours:#5b8ff9;--other:#6b7280;--good:#3fb97f;--bad:#f0705f;--near:#e0a030;--first:#b08cff;--second:#45c8da}}
*{box-sizing:border-box}
body{font:15px/1.65 system-ui,-apple-system,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:960px;
margin:0 auto;padding:2.5em 1.2em 4em;background:var(--ground);color:var(--ink)}
h1{font-size:1.7em;margin:0 0 .2em}h2{font-size:1.15em;margin:2.4em 0 .3em}p{margin:.3em 0 .8em;color:var(--soft)}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1em 1.2em;overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;white-space:nowrap}
td,th{padding:.32em .6em;text-align:right;border-bottom:1px solid var(--line)}tr:last-child td{border-bottom:0}
td:first-child,th:first-child{text-align:left}th{color:var(--soft);font-weight:500}
.chip{display:inline-block;padding:0 .6em;border-radius:1em;font-size:.9em;color:var(--ground)}
.chip.good{background:var(--good)}.chip.bad{background:var(--bad)}
.legend{display:flex;flex-wrap:wrap;gap:.2em 1.4em;font-size:.9em;color:var(--soft);margin:.2em 0 .6em}
.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
details{margin-top:.8em}summary{cursor:pointer;color:var(--soft)}ul{margin:.6em 0 0;padding-left:1.2em;color:var(--soft)}
svg{display:block;width:100%;min-width:560px;height:auto;max-width:860px}svg.square{min-width:0;max-width:420px;margin:0 auto}
svg text{font-size:13px;fill:var(--ink)}svg .tick{font-size:12px;fill:var(--soft)}
.grid{stroke:var(--line);stroke-width:1}.track,.cell{fill:var(--track)}.diagonal{stroke:var(--soft);stroke-dasharray:5 4}
.zone{fill:var(--good);fill-opacity:.08}.curve{fill:none;stroke:var(--ours);stroke-width:2}
.bar.ours,.dot.ours{fill:var(--ours)}.bar.other{fill:var(--other)}.bar.good,.right{fill:var(--good)}.bar.bad,.far{fill:var(--bad)}
.near{fill:var(--near)}.wanted{stroke:var(--ink);stroke-width:2}.dot.first,i.first{fill:var(--first)}.dot.second{fill:var(--second)}
.dot{stroke:var(--card);stroke-width:1.5}
`
