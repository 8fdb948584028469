import { ContractError } from "./contract/contract.ts";

/** Entries of one page unless fewer are asked for, by S3's definition. */
const MAX_PAGE_ENTRIES = 1000;
/** S3 may send pages without entries, but not without end. */
const MAX_EMPTY_PAGES = 100;
/** Pages in a row that bring no new key, and entries in them: a key may have many versions. */
const MAX_PAGES_OF_ONE_KEY = 10_000;
const MAX_ENTRIES_OF_ONE_KEY = 1_000_000;

/** Kinds of entries: each kind is a list of its own in a page, and each is in order. */
const ENTRY_KINDS = ["object", "prefix", "version", "marker"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** What a listing has to keep to. */
interface PageRules {
  /** Every key begins with it. */
  readonly prefix: string;
  /** Keys ascend in the order of their UTF-8 bytes; only directory buckets list otherwise. */
  readonly ordered: boolean;
  /** Entries of each kind that a page may have (default: 1,000). */
  readonly pageSize?: number;
}

/**
 * Checks the pages of one listing as they arrive, so that a listing ends whatever the store
 * answers: keys below the prefix, in order, none of them again; no more of them than a page may
 * have; a next page that is named, new and not empty for ever. Shared by every paged call.
 */
export class PageCheck {
  private readonly prefix: string;
  private readonly ordered: boolean;
  private readonly pageSize: number;
  /** Last key of each kind; at the start of a page the last key of all pages before. */
  private readonly last: Record<EntryKind, string> = {
    object: "",
    prefix: "",
    version: "",
    marker: "",
  };
  private readonly counts: Record<EntryKind, number> = {
    object: 0,
    prefix: 0,
    version: 0,
    marker: 0,
  };
  /** Tokens or markers of next pages so far. */
  private readonly nexts = new Set<string>();
  /** First entries of pages so far; no listing has an entry twice. */
  private readonly firsts = new Set<string>();
  private begun = false;
  private end = "";
  private emptyPages = 0;
  private pagesOfOneKey = 0;

  constructor({ prefix, ordered, pageSize = MAX_PAGE_ENTRIES }: PageRules) {
    this.prefix = prefix;
    this.ordered = ordered;
    this.pageSize = pageSize;
  }

  /**
   * Checks one entry of the page under way.
   *
   * @param id tells apart entries of one key: of a version, an upload
   * @throws ContractError
   */
  entry(key: string, kind: EntryKind = "object", id: string | null = null): void {
    if (!key.startsWith(this.prefix) || key === "") throw this.outside(key);
    if (++this.counts[kind] > this.pageSize) {
      throw broken(`the listing has a page of more than ${this.pageSize} entries`);
    }
    const last = this.last[kind];
    if (this.ordered && key <= last && !isAfter(key, last, kind)) throw repeated(key, last);
    if (!this.begun && (id !== null || !this.ordered)) {
      const first = `${kind} ${id} ${key}`;
      if (this.firsts.has(first)) throw repeated(key, last);
      this.firsts.add(first);
    }
    this.begun = true;
    this.last[kind] = key;
  }

  /**
   * Ends the page under way; true where another page has to be asked for.
   *
   * @param truncated `IsTruncated`; undefined where the response has none
   * @param next token or marker of the next page; null where none is named
   * @throws ContractError
   */
  page(truncated: boolean | undefined, next: string | null): boolean {
    const named = next !== null && next !== "";
    const goesOn = truncated ?? named;
    if (goesOn && !named) throw broken("the listing goes on (IsTruncated) but names no next page");
    if (goesOn && next !== null) this.follow(next);
    this.begun = false;
    return goesOn;
  }

  private follow(next: string): void {
    if (this.nexts.has(next)) {
      throw new ContractError("ELOOP", "the listing names a next page that was there already");
    }
    this.nexts.add(next);
    this.emptyPages = this.begun ? 0 : this.emptyPages + 1;
    if (this.emptyPages > MAX_EMPTY_PAGES) {
      throw new ContractError("ELOOP", `the listing has ${MAX_EMPTY_PAGES} empty pages in a row`);
    }
    let end = this.end;
    for (const kind of ENTRY_KINDS) {
      if (this.last[kind] > end) end = this.last[kind];
      this.counts[kind] = 0;
    }
    this.pagesOfOneKey = end === this.end ? this.pagesOfOneKey + 1 : 0;
    const most = Math.max(MAX_PAGES_OF_ONE_KEY, MAX_ENTRIES_OF_ONE_KEY / this.pageSize);
    if (this.ordered && this.pagesOfOneKey > most) {
      throw new ContractError("ELOOP", `the listing does not get past ${show(end)}`);
    }
    this.end = end;
    for (const kind of ENTRY_KINDS) this.last[kind] = end;
  }

  private outside(key: string): ContractError {
    const place = this.prefix === "" ? "an empty key" : `${show(key)}, not below ${this.prefix}`;
    return broken(`the listing names ${place}`);
  }
}

/** Whether a key may follow another one that is not before it in the order of UTF-16. */
function isAfter(key: string, last: string, kind: EntryKind): boolean {
  if (key === last) return kind === "version" || kind === "marker";
  return Buffer.compare(Buffer.from(key), Buffer.from(last)) > 0;
}

function broken(message: string): ContractError {
  return new ContractError("EPROTO", message);
}

function repeated(key: string, last: string): ContractError {
  const what = key === last ? "twice" : `after ${show(last)}, out of order`;
  return new ContractError("ELOOP", `the listing names ${show(key)} ${what}`);
}

/** A key as it can stand in a message: foreign, so short and without control characters. */
function show(key: string): string {
  const text = JSON.stringify(key.slice(0, 100));
  return key.length > 100 ? `${text}…` : text;
}
