import { directoryName } from "../model/dataset.ts";
import { encodeQuery } from "../s3/uri.ts";
import { readXml } from "../s3/xml.ts";
import { TransferError } from "./s3-errors.ts";
import { repeats } from "./s3-list.ts";
import { call } from "./s3-wire-call.ts";
import type { WireSlot } from "./s3-wire-slot.ts";

/** What one page of a listing says. */
interface Page {
  readonly entries: number;
  /** What asks for the next page; null: this is the last one. */
  readonly next: Readonly<Record<string, string>> | null;
}

/** Elements that stand for an entry, by their depth of 1. */
const ENTRIES: ReadonlySet<string> = new Set([
  "Contents",
  "Version",
  "DeleteMarker",
  "CommonPrefixes",
]);

/** Lists the prefix of the slot's file, all pages, and counts what it names. */
export async function listPages(slot: WireSlot, versions: boolean): Promise<number> {
  const { requests, task, counts } = slot.around;
  const { dataset, listing, location } = task;
  if (location.kind !== "bucket") throw new TransferError("EINVAL", "this is no bucket");
  const folder = listing.prefix === "dataset" ? dataset.folder : directoryName(dataset, slot.file);
  const asked = {
    ...(versions ? { versions: "" } : { "list-type": "2" }),
    prefix: `${location.root}${folder}/`,
    "max-keys": String(listing.pageSize),
    ...(listing.delimiter ? { delimiter: "/" } : {}),
  };
  const seen = new Set<string>();
  let next: Page["next"] = {};
  while (next !== null) {
    const query = encodeQuery({ ...asked, ...next });
    if (seen.has(query)) throw repeats();
    seen.add(query);
    const request = requests.simple("GET", "/", { query, keepsText: true });
    const lane = await call(slot, slot.lane(), request);
    const page = readPage(lane.text);
    counts.listedEntries = (counts.listedEntries ?? 0) + page.entries;
    counts.listedPages = (counts.listedPages ?? 0) + 1;
    next = page.next;
  }
  return 0;
}

function readPage(text: string): Page {
  let entries = 0;
  const fields: Record<string, string> = {};
  readXml(text, (name, depth, value) => {
    if (depth !== 1) return;
    if (ENTRIES.has(name)) entries++;
    else fields[name] = value;
  });
  const { IsTruncated, NextContinuationToken, NextKeyMarker, NextVersionIdMarker } = fields;
  if (IsTruncated !== "true") return { entries, next: null };
  if (NextContinuationToken !== undefined) {
    return { entries, next: { "continuation-token": NextContinuationToken } };
  }
  if (NextKeyMarker === undefined) {
    throw new TransferError("EPROTO", "a listing goes on but names no next page");
  }
  const version =
    NextVersionIdMarker === undefined ? {} : { "version-id-marker": NextVersionIdMarker };
  return { entries, next: { "key-marker": NextKeyMarker, ...version } };
}
