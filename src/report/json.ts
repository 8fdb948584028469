import type { Block, Document, Value } from "./document.ts";
import { plain } from "./document.ts";

/** The whole document as JSON: tables as rows of base-unit values by column name. */
export function renderJson(document: Document): string {
  const shape = {
    title: document.title,
    lead: document.lead.map(blockJson),
    sections: document.sections.map((section) => ({
      title: section.title,
      blocks: section.blocks.map(blockJson),
    })),
    data: blockJson(document.data),
  };
  return `${JSON.stringify(shape, null, 2)}\n`;
}

function blockJson(block: Block): object {
  if (block.kind === "paragraph") {
    return { kind: "paragraph", text: plain(block.text), loud: block.loud };
  }
  if (block.kind === "list") return { kind: "list", items: block.items.map(plain) };
  const rows = block.rows.map((row) => {
    const fields: Record<string, Value> = {};
    for (const [index, column] of block.columns.entries()) {
      fields[column.key] = row[index]?.value ?? null;
    }
    return fields;
  });
  const columns = block.columns.map(({ key, title }) => ({ key, title }));
  return { kind: "table", id: block.id, columns, rows };
}
