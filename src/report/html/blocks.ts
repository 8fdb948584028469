import { draw, NARROW_PX, WIDE_PX } from "../chart/draw.ts";
import {
  type Block,
  type Card,
  type Chart,
  type Inline,
  type List,
  plain,
  type Table,
  type Text,
  type Tile,
  type Tone,
} from "../parts/document.ts";
import { markupText } from "../parts/markup.ts";

/** Sign of an evaluation, so that a color is never the only one. */
const SIGNS: Readonly<Record<Tone, string>> = { good: "✓", bad: "✕", caveat: "?", neutral: "" };

/** One block of a document as HTML. */
export function blockHtml(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return block.loud
        ? `<p class="note">${textHtml(block.text)}</p>`
        : `<p>${textHtml(block.text)}</p>`;
    case "list":
      return listHtml(block);
    case "fold":
      return foldHtml(textHtml(block.title), block.blocks.map(blockHtml).join("\n"));
    case "table":
      return tableHtml(block);
    case "chart":
      return chartHtml(block);
    case "tiles":
      return `<ul class="tiles">${block.tiles.map(tileHtml).join("")}</ul>`;
    case "notice":
      return `<p class="note ${block.tone}">${signHtml(block.tone)}${textHtml(block.text)}</p>`;
    case "cards":
      return `<div class="cards">${block.cards.map(cardHtml).join("\n")}</div>`;
  }
}

/** Text with its markup; names keep their own direction of writing. */
export function textHtml(text: Text): string {
  if (typeof text === "string") return markupText(text);
  return text.map(inlineHtml).join("");
}

function inlineHtml(part: Inline): string {
  if (typeof part === "string") return markupText(part);
  if ("strong" in part) return `<strong>${markupText(part.strong)}</strong>`;
  return `<code><bdi>${markupText(part.code)}</bdi></code>`;
}

function listHtml({ numbered, items }: List): string {
  const tag = numbered ? "ol" : "ul";
  return `<${tag}>${items.map((item) => `<li>${textHtml(item)}</li>`).join("")}</${tag}>`;
}

function foldHtml(summary: string, inside: string): string {
  return `<details><summary>${summary}</summary>\n${inside}\n</details>`;
}

function tileHtml({ value, label, tone }: Tile): string {
  const sign = tone === "neutral" ? "" : signHtml(tone);
  const number = `<b>${sign}${markupText(value)}</b>`;
  return `<li class="${tone}">${number} <span>${markupText(label)}</span></li>`;
}

function signHtml(tone: Tone): string {
  return tone === "neutral" ? "" : `<span class="sign">${SIGNS[tone]}</span> `;
}

function cardHtml({ id, tone, word, blocks }: Card): string {
  return (
    `<section class="card ${tone}" aria-label="${markupText(id)}">` +
    `<p class="verdict">${signHtml(tone)}${markupText(word)} ` +
    `<span class="sub">${markupText(id)}</span></p>` +
    `${blocks.map(blockHtml).join("\n")}</section>`
  );
}

/** A chart at two widths; a style sheet shows one of them, without one only the wide one shows. */
function chartHtml(chart: Chart): string {
  const { id, figure, numbers } = chart;
  const title = plain(chart.title);
  const description = plain(chart.reading);
  const wide = draw(figure, WIDE_PX, { id: `${id}-w`, title, description });
  const narrow = draw(figure, NARROW_PX, { id: `${id}-n`, title, description });
  const table =
    numbers === null ? "" : `\n${foldHtml("The numbers of this chart", tableHtml(numbers))}`;
  return (
    `<figure id="${markupText(id)}"><figcaption>${textHtml(chart.title)}</figcaption>` +
    `<div class="wide">${wide}</div><div class="narrow" hidden>${narrow}</div>` +
    `<p class="sub">${textHtml(chart.reading)}</p>${table}</figure>`
  );
}

function tableHtml(table: Table): string {
  if (table.columns.length === 0) return "";
  const head = table.columns
    .map(({ title, align }) => `<th scope="col"${sideOf(align)}>${markupText(title)}</th>`)
    .join("");
  const rows = table.rows.map((row) => {
    const cells = table.columns.map(({ align }, at) => {
      const words = textHtml(row[at]?.text ?? "");
      return at === 0
        ? `<th scope="row"${sideOf(align)}>${words}</th>`
        : `<td${sideOf(align)}>${words}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${markupText(table.id)}"><table>` +
    `<thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`
  );
}

function sideOf(align: "left" | "right"): string {
  return align === "right" ? ' class="r"' : "";
}
