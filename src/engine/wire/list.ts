import { CONTRACTS, type ResponseContract } from "../../s3/contract/contract.ts";
import type { TextReader } from "../../s3/http/request.ts";
import type { EntryKind } from "../../s3/pages.ts";
import { ResponseReader } from "../../s3/response/response.ts";
import type { XmlFields } from "../../s3/response/xml.ts";
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
  const reader = new PageReader(listing, contract);
  let next: Next = {};
  while (next !== null) {
    const query = encodeQuery({ ...asked, ...next });
    await call(slot, requests.simple("GET", "/", { contract, query, reader }));
    next = endPage(listing, reader.end(), versions);
  }
  slot.count("listedEntries", listing.entries);
  slot.count("listedPages", listing.pages);
  return 0;
}

/** Reads the pages of a listing as they arrive: a page of 1,000 keys has 400 KB. */
class PageReader implements TextReader {
  private readonly listing: Listing;
  private readonly contract: ResponseContract;
  private names: Record<string, string> = {};
  private reader: ResponseReader;

  constructor(listing: Listing, contract: ResponseContract) {
    this.listing = listing;
    this.contract = contract;
    this.reader = this.make();
  }

  begin(): void {
    this.listing.restartPage();
    this.names = {};
    this.reader = this.make();
  }

  feed(piece: string): void {
    this.reader.feed(piece);
  }

  /** Fields of the page; throws the first error of its text or entries. */
  end(): XmlFields {
    return this.reader.end();
  }

  private make(): ResponseReader {
    return new ResponseReader(this.contract, (name, depth, value) => {
      if (depth === 2) this.names[name] = value;
      if (depth !== 1) return;
      const entry = ENTRIES.get(name);
      if (entry === undefined) return;
      this.listing.entry(this.names[entry.name] ?? "", entry.kind);
      this.names[entry.name] = "";
    });
  }
}

function endPage(listing: Listing, fields: XmlFields, versions: boolean): Next {
  const truncated = fields.IsTruncated === undefined ? undefined : fields.IsTruncated === "true";
  if (!versions) {
    const token = copyOf(fields.NextContinuationToken);
    return listing.page(truncated, token || null) ? { "continuation-token": token } : null;
  }
  const key = copyOf(fields.NextKeyMarker);
  const { NextVersionIdMarker: version } = fields;
  if (!listing.page(truncated, key === "" ? null : `${key}\0${version ?? ""}`)) return null;
  const from = version === undefined ? {} : { "version-id-marker": version };
  return { "key-marker": key, ...from };
}

/** Copies a text that a listing keeps to its end; a part of a string would keep all of it. */
function copyOf(text = ""): string {
  return Buffer.from(text).toString();
}
