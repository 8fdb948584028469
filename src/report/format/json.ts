import { printableJson } from "../../model/printable.ts";
import {
  type Block,
  type Card,
  type Cell,
  type Fold,
  type List,
  type Paragraph,
  plain,
  type Table,
  type Value,
} from "../parts/document.ts";
import type { Document } from "../report.ts";

/**
 * The whole document as JSON: tables as rows of base-unit values by column name. A column's key
 * ends in its unit, or a field `<key>_unit` is beside it. A range has two fields, `<key>_low` and
 * `<key>_high`.
 */
export function renderJson(document: Document): string {
  const shape = {
    title: document.title,
    lead: document.lead.map(blockJson),
    ...(document.view === undefined ? {} : { view: document.view.map(blockJson) }),
    sections: document.sections.map((section) => ({
      title: section.title,
      blocks: section.blocks.map(blockJson),
    })),
    data: blockJson(document.data),
  };
  return `${printableJson(shape)}\n`;
}

/** Titles that name a unit for readers; beside values in base units they would be wrong. */
const BASE: Readonly<Record<string, string>> = { "MB/s": "B/s" };

function blockJson(block: Block): object {
  switch (block.kind) {
    case "chart": {
      const { kind, id, title, reading, figure } = block;
      return { kind, id, title: plain(title), reading: plain(reading), figure };
    }
    case "tiles":
      return block;
    case "notice":
      return { kind: "notice", tone: block.tone, text: plain(block.text) };
    case "cards":
      return { kind: "cards", cards: block.cards.map(cardJson) };
    default:
      return textBlockJson(block);
  }
}

function cardJson({ id, tone, word, blocks }: Card): object {
  return { id, tone, word, blocks: blocks.map(blockJson) };
}

function textBlockJson(block: Table | Paragraph | List | Fold): object {
  if (block.kind === "paragraph") {
    return { kind: "paragraph", text: plain(block.text), loud: block.loud };
  }
  if (block.kind === "list") return { kind: "list", items: block.items.map(plain) };
  if (block.kind === "fold") {
    return { kind: "fold", title: plain(block.title), blocks: block.blocks.map(blockJson) };
  }
  return tableJson(block);
}

function tableJson({ id, columns, rows }: Table): object {
  // A column with a range in any row has two fields in every row.
  const ranged = new Set(
    columns.flatMap(({ key }, at) => (rows.some((row) => row[at]?.range) ? [key] : [])),
  );
  const fieldsOf = (row: readonly Cell[]): Record<string, Value> => {
    const fields: Record<string, Value> = {};
    for (const [index, { key }] of columns.entries()) {
      const { value = null, unit, range } = row[index] ?? {};
      if (ranged.has(key)) {
        fields[`${key}_low`] = range?.low ?? value;
        fields[`${key}_high`] = range?.high ?? value;
      } else fields[key] = value;
      if (unit !== undefined) fields[`${key}_unit`] = unit;
    }
    return fields;
  };
  return {
    kind: "table",
    id,
    columns: columns.flatMap(({ key, title }) => {
      const keys = ranged.has(key) ? [`${key}_low`, `${key}_high`] : [key];
      return keys.map((one) => ({ key: one, title: BASE[title] ?? title }));
    }),
    rows: rows.map(fieldsOf),
  };
}
