import { CARD_PX, draw, NARROW_PX, WIDE_PX } from "../chart/draw.ts";
import { fitted } from "../format/fitted.ts";
import {
  type Block,
  type Card,
  type Chart,
  type List,
  type Notice,
  type Paragraph,
  plain,
  type Table,
  type Tile,
} from "../parts/document.ts";
import { markupText } from "../parts/markup.ts";
import { PAGE_ROOM, tableHtml } from "./table.ts";
import { signHtml, textHtml } from "./text.ts";

/** One block of a document as HTML. */
export function blockHtml(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return paragraphHtml(block);
    case "list":
      return listHtml(block);
    case "fold":
      return foldHtml(textHtml(block.title), block.blocks.map(blockHtml).join("\n"));
    case "table":
      return fittedHtml(block);
    case "chart":
      return chartHtml(block);
    case "tiles":
      return `<ul class="tiles">${block.tiles.map(tileHtml).join("")}</ul>`;
    case "notice":
      return noteHtml(block);
    case "cards":
      return `<div class="cards">${block.cards.map(cardHtml).join("\n")}</div>`;
  }
}

/** Blocks that only a click shows; paper always shows them. */
export function foldHtml(summary: string, inside: string): string {
  return `<details><summary>${summary}</summary>\n${inside}\n</details>`;
}

function paragraphHtml({ text, loud }: Paragraph): string {
  return loud ? noteHtml({ tone: "caveat", text }) : `<p>${textHtml(text)}</p>`;
}

/** A sentence in a box. A caveat is a warning here, not an open question. */
function noteHtml({ tone, text }: Pick<Notice, "tone" | "text">): string {
  const sign = tone === "caveat" ? `<span class="sign">!</span> ` : signHtml(tone);
  return `<p class="note ${tone}">${sign}${textHtml(text)}</p>`;
}

function listHtml({ numbered, items }: List): string {
  const tag = numbered ? "ol" : "ul";
  return `<${tag}>${items.map((item) => `<li>${textHtml(item)}</li>`).join("")}</${tag}>`;
}

/** A table that fits the page: see `fitted`. */
function fittedHtml(table: Table): string {
  return fitted(table, PAGE_ROOM)
    .map((part, at) => {
      if (part.kind !== "table") return blockHtml(part);
      return tableHtml(part, at === 0 ? table.id : `${table.id}, part ${at + 1}`);
    })
    .join("\n");
}

function tileHtml({ value, label, tone }: Tile): string {
  const number = `<b>${signHtml(tone)}${markupText(value)}</b>`;
  return `<li class="${tone}">${number} <span>${markupText(label)}</span></li>`;
}

function cardHtml({ id, tone, word, blocks }: Card): string {
  return (
    `<section class="card ${tone}" aria-label="${markupText(id)}">` +
    `<p class="verdict">${signHtml(tone)}${markupText(word)} ` +
    `<span class="sub">${markupText(id)}</span></p>` +
    `${blocks.map(inCardHtml).join("\n")}</section>`
  );
}

/** A block of a card; a chart is drawn once, as wide as the card, and described by its title. */
function inCardHtml(block: Block): string {
  if (block.kind !== "chart") return blockHtml(block);
  const { id, figure } = block;
  const names = { id, title: plain(block.title), description: plain(block.reading) };
  return draw(figure, CARD_PX, names);
}

/** Tooltips are a third of the nodes of a chart, and no pointer rests on a phone. */
function withoutTips(drawing: string): string {
  return drawing
    .replace(/<rect [^>]*pointer-events="all"><title>[^<]*<\/title><\/rect>/g, "")
    .replace(/<title>[^<]*<\/title>/g, "");
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
    `<div class="wide">${wide}</div><div class="narrow" hidden>${withoutTips(narrow)}</div>` +
    `<p class="sub">${textHtml(chart.reading)}</p>${table}</figure>`
  );
}
