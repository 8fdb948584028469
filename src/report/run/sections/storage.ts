import type { Run } from "../../../model/run/run.ts";
import {
  type Known,
  type Source,
  STATES,
  type StorageKnowledge,
} from "../../../model/target/knowledge.ts";
import { type FactName, factText, INSTANCE, PROVISIONED } from "../../../model/target/provision.ts";
import { type Block, type Cell, paragraph, tableColumns, words } from "../../parts/document.ts";
import { formatCount, sentence } from "../../parts/format.ts";
import type { Section } from "../../report.ts";

const COLUMNS = tableColumns([
  ["what", "Property", "left"],
  ["value", "Value", "left"],
  ["from", "Source", "left"],
]);

const FROM: Readonly<Record<Source, string>> = {
  declared: "declared",
  detected: "detected on this host",
  described: "described by AWS",
  published: "table of instance types",
  "declared-after": "declared after the run",
};

interface Fact {
  readonly value: string | number | boolean;
  readonly from: Source;
}

type Row = readonly [what: string, value: string, from: string];

/**
 * Known properties of the storage and limits of the host, each with its source; null if none is
 * known or stored.
 */
export function storageSection({ storage, reusedData, sharedFrom }: Run): Section | null {
  if (storage === undefined) return null;
  const rows = storageRows(storage);
  if (reusedData === true) rows.push(["Data", "kept from an earlier run", "this run"]);
  const isShared = sharedFrom !== undefined;
  if (rows.length === 0 && storage.unknown.length === 0 && !isShared) return null;
  const cells: Cell[][] = rows.map((row) => row.map((text) => words(text)));
  const blocks: Block[] = [
    { kind: "table", id: "storage", columns: COLUMNS, rows: cells, keys: 1 },
  ];
  if (isShared) blocks.push(paragraph(`Run ${sharedFrom} of the same command wrote the data.`));
  const unknown = storage.unknown.map(sentence);
  if (unknown.length > 0) blocks.push(paragraph(`Unknown: ${unknown.join(" ")}`));
  return { title: "Storage", blocks };
}

/** Property, value and source of everything that is known; also for `assay check`. */
export function storageRows(storage: StorageKnowledge): Row[] {
  const { backing, provisioned, instance, states } = storage;
  const rows: Row[] = [];
  if (backing !== null) {
    const id = backing.id === null ? "" : `${backing.id}: `;
    rows.push(["Below the target", `${id}${backing.evidence}`, FROM.detected]);
    if (backing.mountOptions.length > 0) {
      rows.push(["Mounted with", backing.mountOptions.join(","), FROM.detected]);
    }
  }
  rows.push(...factRows(provisioned, PROVISIONED, ""), ...factRows(instance, INSTANCE, "Host: "));
  for (const [name, value] of Object.entries(states)) {
    const what = Object.entries(STATES).find(([known]) => known === name)?.[1] ?? name;
    rows.push([what, typeof value === "number" ? formatCount(value) : value, FROM.described]);
  }
  return rows;
}

function factRows<T extends object>(
  known: Known<T>,
  names: Readonly<Record<string, FactName>>,
  lead: string,
): readonly Row[] {
  return Object.entries<FactName>(names).flatMap(([key, name]): Row[] => {
    const fact: Fact | undefined = Object.getOwnPropertyDescriptor(known, key)?.value;
    if (fact === undefined) return [];
    return [[`${lead}${name.name}`, factText(name, fact.value), FROM[fact.from]]];
  });
}
