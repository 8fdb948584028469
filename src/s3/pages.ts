import { ContractError } from "./contract/contract.ts";

/** Default entries per page, as S3 defines. */
const MAX_PAGE_ENTRIES = 1000;
/** Maximum consecutive pages without entries; S3 may send some. */
const MAX_EMPTY_PAGES = 100;
/** Maximum consecutive pages without a new key, and entries in them: a key may have versions. */
const MAX_PAGES_OF_ONE_KEY = 10_000;
const MAX_ENTRIES_OF_ONE_KEY = 1_000_000;

/** Kinds of entries: a page has one ordered list per kind. */
const ENTRY_KINDS = ["object", "prefix", "version", "marker"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** Requirements on a listing. */
interface PageRules {
  /** Prefix of every key. */
  readonly prefix: string;
  /** Whether keys ascend by their UTF-8 bytes; false only for directory buckets. */
  readonly ordered: boolean;
  /** Maximum entries of each kind per page (default: 1,000). */
  readonly pageSize?: number;
}

/**
 * Checks the pages of one listing as they arrive, so that every listing ends. Keys must be below
 * the prefix, in order and without duplicates; a page has a maximum size; the next page must be
 * named and new, and empty pages are limited. Every paged call uses it.
 */
export class PageCheck {
  private readonly prefix: string;
  private readonly ordered: boolean;
  private readonly pageSize: number;
  /** Last key of each kind; at the start of a page, the last key of all earlier pages. */
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
  /** Tokens or markers of all earlier pages. */
  private readonly nexts = new Set<string>();
  /** First entries of all earlier pages; a listing has no entry twice. */
  private readonly firsts = new Set<string>();
  /** Start of the current page, in {@link firsts}. */
  private first: string | null = null;
  private started = false;
  private end = "";
  private emptyPages = 0;
  private pagesOfOneKey = 0;

  constructor({ prefix, ordered, pageSize = MAX_PAGE_ENTRIES }: PageRules) {
    this.prefix = prefix;
    this.ordered = ordered;
    this.pageSize = pageSize;
  }

  /**
   * Checks one entry of the current page.
   *
   * @param id distinguishes entries of one key: a version or an upload
   * @throws ContractError
   */
  entry(key: string, kind: EntryKind = "object", id: string | null = null): void {
    if (!key.startsWith(this.prefix) || key === "") throw this.outside(key);
    if (++this.counts[kind] > this.pageSize) {
      throw broken(`the listing has a page of more than ${this.pageSize} entries`);
    }
    const last = this.last[kind];
    if (this.ordered && key <= last && !isAfter(key, last, kind)) throw repeated(key, last);
    if (!this.started && (id !== null || !this.ordered)) {
      const first = `${kind} ${id} ${key}`;
      if (this.firsts.has(first)) throw repeated(key, last);
      this.firsts.add(first);
      this.first = first;
    }
    this.started = true;
    this.last[kind] = key;
  }

  /** Starts the current page again, because its response was lost. */
  restart(): void {
    if (this.first !== null) this.firsts.delete(this.first);
    this.beginPage();
  }

  /**
   * Ends the current page; returns true if there is another one.
   *
   * @param truncated `IsTruncated`; undefined if the response has none
   * @param next token or marker of the next page; null if there is none
   * @throws ContractError
   */
  page(truncated: boolean | undefined, next: string | null): boolean {
    const named = next !== null && next !== "";
    const goesOn = truncated ?? named;
    if (goesOn && !named)
      throw broken("the listing is truncated (IsTruncated) but has no marker of the next page");
    if (goesOn && next !== null) this.follow(next);
    return goesOn;
  }

  private follow(next: string): void {
    if (this.nexts.has(next)) {
      throw new ContractError("ELOOP", "the listing repeats the marker of an earlier page");
    }
    this.nexts.add(next);
    this.emptyPages = this.started ? 0 : this.emptyPages + 1;
    if (this.emptyPages > MAX_EMPTY_PAGES) {
      throw new ContractError(
        "ELOOP",
        `the listing has ${MAX_EMPTY_PAGES} consecutive empty pages`,
      );
    }
    let end = this.end;
    for (const kind of ENTRY_KINDS) {
      if (this.last[kind] > end) end = this.last[kind];
    }
    this.pagesOfOneKey = end === this.end ? this.pagesOfOneKey + 1 : 0;
    const most = Math.max(MAX_PAGES_OF_ONE_KEY, MAX_ENTRIES_OF_ONE_KEY / this.pageSize);
    if (this.ordered && this.pagesOfOneKey > most) {
      throw new ContractError("ELOOP", `the listing does not advance beyond ${show(end)}`);
    }
    this.end = end;
    this.beginPage();
  }

  private beginPage(): void {
    this.started = false;
    this.first = null;
    for (const kind of ENTRY_KINDS) {
      this.last[kind] = this.end;
      this.counts[kind] = 0;
    }
  }

  private outside(key: string): ContractError {
    const place = this.prefix === "" ? "an empty key" : `${show(key)}, not below ${this.prefix}`;
    return broken(`the listing contains ${place}`);
  }
}

/** Whether a key may follow one that does not precede it in UTF-16 order. */
function isAfter(key: string, last: string, kind: EntryKind): boolean {
  if (key === last) return kind === "version" || kind === "marker";
  return Buffer.compare(Buffer.from(key), Buffer.from(last)) > 0;
}

function broken(message: string): ContractError {
  return new ContractError("EPROTO", message);
}

function repeated(key: string, last: string): ContractError {
  const what = key === last ? "twice" : `after ${show(last)}, out of order`;
  return new ContractError("ELOOP", `the listing contains ${show(key)} ${what}`);
}

/** A key for a message: short and without control characters, because it is foreign. */
function show(key: string): string {
  const text = JSON.stringify(key.slice(0, 100));
  return key.length > 100 ? `${text}…` : text;
}
