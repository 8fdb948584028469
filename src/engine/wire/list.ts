import { CONTRACTS } from "../../s3/contract/contract.ts";
import type { EntryKind } from "../../s3/pages.ts";
import { readResponse } from "../../s3/response/response.ts";
import { encodeQuery } from "../../s3/signing/uri.ts";
import { Listing } from "../objects/listing.ts";
import { call } from "./call.ts";
import type { WireSlot } from "./slot.ts";

/** Elements of an entry, at depth 1, and the element inside with its name. */
const ENTRIES: ReadonlyMap<string, { readonly kind: EntryKind; readonly name: string }> = new Map([
  ["Contents", { kind: "object", name: "Key" }],
  ["Version", { kind: "version", name: "Key" }],
  ["DeleteMarker", { kind: "marker", name: "Key" }],
  ["CommonPrefixes", { kind: "prefix", name: "Prefix" }],
]);

/** Query of the next page; null: there is none. */
type Next = Readonly<Record<string, string>> | null;

/** Lists all pages of the prefix of the slot's file and counts their entries. */
export async function listPages(slot: WireSlot, versions: boolean): Promise<number> {
  const { requests, task, root } = slot.context;
  const { listing: plan } = task;
  const listing = new Listing(task, root, slot.file, versions);
  const asked = {
    ...(versions ? { versions: "" } : { "list-type": "2" }),
    prefix: listing.prefix,
    "max-keys": String(plan.pageSize),
    ...(plan.delimiter ? { delimiter: "/" } : {}),
  };
  const contract = versions ? CONTRACTS.listVersions : CONTRACTS.list;
  let next: Next = {};
  while (next !== null) {
    const query = encodeQuery({ ...asked, ...next });
    const request = requests.simple("GET", "/", { contract, query });
    const { text } = await call(slot, request);
    next = readPage(text, listing, versions);
  }
  slot.count("listedEntries", listing.entries);
  slot.count("listedPages", listing.pages);
  return 0;
}

function readPage(text: string, listing: Listing, versions: boolean): Next {
  const contract = versions ? CONTRACTS.listVersions : CONTRACTS.list;
  const names: Record<string, string> = {};
  const fields = readResponse(contract, text, (name, depth, value) => {
    if (depth === 2) names[name] = value;
    if (depth !== 1) return;
    const entry = ENTRIES.get(name);
    if (entry === undefined) return;
    listing.entry(names[entry.name] ?? "", entry.kind);
    names[entry.name] = "";
  });
  const truncated = fields.IsTruncated === undefined ? undefined : fields.IsTruncated === "true";
  if (!versions) {
    const { NextContinuationToken: token = "" } = fields;
    return listing.page(truncated, token || null) ? { "continuation-token": token } : null;
  }
  const { NextKeyMarker: key = "", NextVersionIdMarker: version } = fields;
  if (!listing.page(truncated, key === "" ? null : `${key}\0${version ?? ""}`)) return null;
  const from = version === undefined ? {} : { "version-id-marker": version };
  return { "key-marker": key, ...from };
}
