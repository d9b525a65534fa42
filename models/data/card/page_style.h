// The look of a data card: calm paper, one colour for data, one for warnings; light and dark.
#pragma once

namespace continuo::data {

inline constexpr const char* kPageStyle = R"css(
:root{color-scheme:light dark;--paper:#fbfaf6;--panel:#fff;--ink:#23262b;--quiet:#6a6f76;--hair:#e4e1d8;
--data:#1f6f78;--data-soft:#9fc4c4;--warn:#9a5b00;--warn-paper:#fdf3df;--grave:#a8321e;--grave-paper:#fceae5;
--bass:#b0752a;--drums:#7b7f86}
@media (prefers-color-scheme:dark){:root{--paper:#15171a;--panel:#1c1f23;--ink:#e7e5df;--quiet:#989da5;
--hair:#2e3238;--data:#6cc4c9;--data-soft:#35686d;--warn:#e9b660;--warn-paper:#2b2417;--grave:#ff9a84;
--grave-paper:#321d19;--bass:#dba45a;--drums:#9aa0a8}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:48px 24px 72px}
h1,h2{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"Noto Serif",Georgia,serif;font-weight:600;
line-height:1.15;margin:0;letter-spacing:-.01em}
h1{font-size:44px;overflow-wrap:anywhere}
h2{font-size:26px;margin:56px 0 6px}
h3{font-size:15px;font-weight:600;margin:0 0 10px}
p{margin:0 0 12px;max-width:68ch}
a{color:var(--data)}
.eyebrow{color:var(--quiet);font-size:14px;margin:0 0 8px}
.lead{font-size:19px;margin:14px 0 0;max-width:62ch}
.about{color:var(--quiet);margin-bottom:18px}
.figures{display:flex;flex-wrap:wrap;gap:22px 44px;margin:30px 0 8px;padding:0;list-style:none}
.figures b{display:block;font:600 32px/1.1 "Iowan Old Style","Palatino Linotype",Palatino,"Noto Serif",Georgia,serif}
.figures span{color:var(--quiet);font-size:14px}
.warnings{list-style:none;margin:28px 0 0;padding:0;display:grid;gap:8px}
.warnings li{background:var(--warn-paper);border-left:4px solid var(--warn);border-radius:0 6px 6px 0;padding:10px 16px;
overflow-wrap:anywhere}
.warnings li.grave{background:var(--grave-paper);border-color:var(--grave)}
.fine{margin:28px 0 0;color:var(--quiet)}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,310px),1fr));gap:18px;margin-top:16px}
.panel{background:var(--panel);border:1px solid var(--hair);border-radius:10px;padding:16px 18px;min-width:0}
.panel.two{grid-column:span 2;grid-row:span 2}
.panel p{color:var(--quiet);font-size:14px;margin:8px 0 0}
.empty{color:var(--quiet);font-size:15px}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:var(--quiet)}
svg.wide text{font-size:14px}
svg text.peak{fill:var(--ink);font-weight:600}
.bar{fill:var(--data)}.bar.soft{fill:var(--data-soft)}.cell{fill:var(--data)}
.axis{stroke:var(--quiet);stroke-width:1}.grid{stroke:var(--hair);stroke-width:1}
.white-keys{fill:var(--panel);stroke:var(--quiet);stroke-width:.6}.black-key{fill:var(--quiet)}
.key-edge{stroke:var(--quiet);stroke-width:.6}
.level{fill:var(--data-soft);fill-opacity:.35}
.pitch{fill:none;stroke:var(--data);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.note{fill:var(--data)}.note.bass{fill:var(--bass)}.note.drums{fill:var(--drums)}.note.other{fill:var(--data-soft)}
.rows{display:grid;gap:6px}
.row{display:grid;grid-template-columns:minmax(64px,34%) 1fr auto;gap:10px;align-items:center;font-size:14px}
.row .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.row .track{height:12px}
.row .fill{display:block;height:100%;background:var(--data);border-radius:2px}
.row .value{color:var(--quiet);white-space:nowrap}
.parts{display:flex;gap:2px;height:16px;margin:14px 0 10px}
.part{border-radius:2px;min-width:3px}
.p0{background:var(--data)}.p1{background:var(--data-soft)}.p2{background:var(--bass)}
.part-names{display:flex;flex-wrap:wrap;gap:6px 28px;font-size:15px}
.part-name{color:var(--quiet)}.part-name b{color:var(--ink);font-weight:600}
.swatch{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:7px}
.items{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,310px),1fr));gap:18px;margin-top:14px}
.item{background:var(--panel);border:1px solid var(--hair);border-radius:10px;padding:14px 16px;min-width:0;
display:flex;flex-direction:column;gap:8px}
.item .file{font-weight:600;font-size:14px;overflow-wrap:anywhere}
.item .when{color:var(--quiet);font-size:13px;font-weight:400}
.item p{font-size:14px;margin:0;color:var(--quiet);overflow-wrap:anywhere}
.item .hear{margin-top:auto;display:grid;gap:4px;font-size:13px;color:var(--quiet)}
audio{width:100%;height:34px}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;font-size:14px;margin:8px 0 0}
dl.facts dt{color:var(--quiet)}dl.facts dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:14px;margin-top:10px}
th{font-weight:400;color:var(--quiet);text-align:left;padding:4px 14px 6px 0;border-bottom:1px solid var(--hair)}
td{padding:7px 14px 7px 0;border-bottom:1px solid var(--hair);vertical-align:top;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
th.n,td.n{text-align:right;white-space:nowrap}
details summary{cursor:pointer;color:var(--data);margin-top:8px}
footer{margin-top:56px;color:var(--quiet);font-size:14px}
@media (max-width:700px){main{padding:28px 16px 56px}h1{font-size:34px}h2{font-size:23px;margin-top:44px}.lead{font-size:17px}
.figures{gap:18px 32px}.figures b{font-size:26px}.panel.two{grid-column:auto;grid-row:auto}
svg.wide text{font-size:25px}dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:8px}}
@media print{.panel,.item,.warnings li{break-inside:avoid}audio{display:none}}
)css";

}  // namespace continuo::data
