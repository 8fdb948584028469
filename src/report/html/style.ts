import { COLORS, DARK, LIGHT, type Palette } from "../chart/kit/palette.ts";

function variables(palette: Palette): string {
  return COLORS.map((color) => `--${color}:${palette[color]}`).join(";");
}

/** Classes of marks, which replace the colors that are attributes of the drawing. */
const MARKS = COLORS.map(
  (color) => `.f-${color}{fill:var(--${color})}.s-${color}{stroke:var(--${color})}`,
).join("");

const FONT = `system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif`;
const MONOSPACED = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";

/** The style sheet of every page: light and dark, screen, phone and paper. */
export const STYLE = `:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
${MARKS}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 ${FONT};
  overflow-wrap:anywhere}
main,footer{max-width:1000px;margin:0 auto;padding:20px}
h1{font-size:24px;line-height:1.25;margin:0 0 8px}
h2{font-size:18px;margin:36px 0 8px}
p{margin:6px 0}
ul,ol{margin:8px 0;padding-left:22px}
.sub,footer{color:var(--muted)}
footer{font-size:13px;padding-top:0}
code{font:13px ${MONOSPACED}}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;
  margin:16px 0;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--grid);border-radius:8px;padding:10px 12px}
.tiles li:only-child{max-width:240px}
.tiles b{display:block;font-size:24px;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles li>span{color:var(--muted);font-size:13px}
.note{border-left:4px solid var(--muted);background:var(--card);padding:8px 12px;margin:10px 0}
.note.good{border-color:var(--good)}.note.bad{border-color:var(--bad);border-left-style:double}
  .note.caveat{border-color:var(--latency)}
.sign{font-weight:700}
.good .sign{color:var(--good)}.bad .sign{color:var(--bad)}.caveat .sign{color:var(--latency)}
figure{margin:14px 0 22px;break-inside:avoid}
figcaption{font-weight:600;margin-bottom:4px}
svg{display:block;width:100%;height:auto;font-variant-numeric:tabular-nums}
.narrow,.narrow[hidden]{display:none}
.scroll{overflow:auto;margin:8px 0}
figure .scroll{max-height:420px}
table{border-collapse:collapse;font-size:13px;overflow-wrap:break-word}
th,td{padding:4px 8px;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top;
  max-width:420px}
thead th{vertical-align:bottom}
figure thead th{position:sticky;top:0;background:var(--ground);z-index:1}
th:first-child{padding-left:2px}
tbody th{font-weight:500}
td.r,tbody th.r{white-space:nowrap}
.r{text-align:right;font-variant-numeric:tabular-nums}
details{margin:6px 0}summary{cursor:pointer;color:var(--rate)}figure summary{font-size:13px}
main>details{border-top:1px solid var(--grid);padding-top:6px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:12px}
.card{background:var(--card);border:1px solid var(--grid);border-top:4px solid var(--muted);
  border-radius:8px;padding:10px 12px;break-inside:avoid}
.card.good{border-top-color:var(--good)}.card.bad{border-top:4px double var(--bad)}.card .verdict{
  font-weight:700}
#tip{position:fixed;pointer-events:none;background:var(--ink);color:var(--ground);font-size:12px;
  padding:4px 8px;border-radius:4px;max-width:320px;z-index:9}
a{color:var(--rate)}:focus-visible{outline:2px solid var(--rate);outline-offset:2px}
@media screen and (max-width:640px){.wide{display:none}.narrow,.narrow[hidden]{display:block}
  main,footer{padding:12px}.tiles{grid-template-columns:1fr 1fr}th,td{max-width:240px;
  padding:4px 6px}
  tbody th{max-width:150px;position:sticky;left:0;background:var(--ground)}
  .card tbody th{background:var(--card)}}
@page{margin:14mm 12mm}
@media print{:root{color-scheme:light;${variables(LIGHT)};--card:#fff}main,footer{max-width:none;
  padding:0}body{font-size:10.5pt}.cards{display:block;columns:2}.card{margin:0 0 10px;
  break-inside:auto}
  details::details-content{content-visibility:visible;display:block;height:auto}
  summary{list-style:none;color:var(--ink);font-weight:600;break-after:avoid}
  .scroll,figure .scroll{max-height:none;overflow:visible}table{font-size:8.5pt}
  th,td{padding:2px 6px}h1,h2,figcaption{break-after:avoid}tr,li,.note{break-inside:avoid}
  figure{break-inside:auto}svg{break-inside:avoid}a{color:inherit}}`;
