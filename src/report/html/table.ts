import { plain, type Table } from "../parts/document.ts";
import { markupText } from "../parts/markup.ts";
import { textHtml } from "./text.ts";

/** Room for a table on a wide page, in characters; names break at its edge. */
export const PAGE_ROOM = { width: 122, nameWidth: null };

/** One table as it is, in a box in which it scrolls; `name` is unique in its page. */
export function tableHtml(table: Table, name: string = table.id): string {
  if (table.columns.length === 0) return "";
  const head = table.columns
    .map(({ title, align }) => `<th scope="col"${sideOf(align)}>${markupText(title)}</th>`)
    .join("");
  const rows = table.rows.map((row) => {
    const cells = table.columns.map(({ align }, at) => {
      const { text = "" } = row[at] ?? {};
      const words = textHtml(text);
      // A row header without words names no row.
      return at === 0 && plain(text) !== ""
        ? `<th scope="row"${sideOf(align)}>${words}</th>`
        : `<td${sideOf(align)}>${words}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return (
    `<div class="scroll" tabindex="0" role="group" aria-label="${markupText(name)}"><table>` +
    `<thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`
  );
}

function sideOf(align: "left" | "right"): string {
  return align === "right" ? ' class="r"' : "";
}
