import type { Cell, List, Text } from "./document.ts";
import { cell, numberedList, plain } from "./document.ts";

/** Remarks to rows of a table, numbered from 1 in order of first use; equal ones share a number. */
export interface Notes {
  /** Takes remarks to one row and yields the cell that refers to them: `1, 3`. */
  refer(remarks: readonly Text[]): Cell;
  /** The remarks as a numbered list; null where there are none. */
  list(): List | null;
}

export function makeNotes(): Notes {
  const numbers = new Map<string, number>();
  const items: Text[] = [];
  const numberOf = (remark: Text): number => {
    const key = plain(remark);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, items.push(remark));
    return items.length;
  };
  return {
    refer: (remarks) => {
      const referred = [...new Set(remarks.map(numberOf))].sort((a, b) => a - b).join(", ");
      return cell(referred, remarks.map(plain).join("; ") || null);
    },
    list: () => (items.length === 0 ? null : numberedList(items)),
  };
}
