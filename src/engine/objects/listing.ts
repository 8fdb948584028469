import {
  type DatasetLocation,
  directoryName,
  fileName,
  NAME_DIGITS,
} from "../../model/plan/dataset.ts";
import { MODIFIES } from "../../model/plan/operation.ts";
import { ContractError } from "../../s3/contract/contract.ts";
import { type EntryKind, PageCheck } from "../../s3/pages.ts";
import type { SessionTask } from "../engine.ts";

/** Maximum entries of a listing in addition to the dataset's. */
const MAX_FOREIGN_ENTRIES = 1_000_000;

/** A range of the dataset's files, without the last one. */
interface Files {
  readonly from: number;
  readonly to: number;
}

/**
 * One listing of the operations `list` and `listVersions`, for both engines: checks its pages,
 * counts its entries, and requires all existing objects.
 */
export class Listing {
  readonly prefix: string;
  entries = 0;
  pages = 0;
  private readonly dataset: DatasetLocation;
  private readonly root: string;
  private readonly files: Files;
  private readonly expected: number;
  private readonly counted: EntryKind;
  private readonly check: PageCheck;
  private found = 0;
  /** Entries and objects of all earlier pages. */
  private before = { entries: 0, found: 0, foreign: null as string | null };
  /** Thrown at the end, because a repeating listing has a better message. */
  private foreign: string | null = null;

  constructor(task: SessionTask, root: string, file: number, versions: boolean) {
    const { dataset, listing, location, operations } = task;
    const whole = listing.prefix === "dataset";
    this.prefix = `${root}${whole ? dataset.folder : directoryName(dataset, file)}/`;
    this.dataset = dataset;
    this.root = root;
    this.files = whole ? { from: 0, to: dataset.count } : siblingsOf(dataset, file);
    const below = listing.delimiter && whole && directoryName(dataset, 0) !== dataset.folder;
    this.counted = below ? "prefix" : versions ? "version" : "object";
    const changes = operations.some((operation) => MODIFIES.has(operation));
    const each = versions ? (dataset.versions?.each ?? 1) : 1;
    const { from, to } = this.files;
    this.expected = changes ? 0 : below ? Math.min(1, to - from) : (to - from) * each;
    const express = location.kind === "bucket" && location.address.bucket.endsWith("--x-s3");
    this.check = new PageCheck({ prefix: "", ordered: !express, pageSize: listing.pageSize });
  }

  /** Checks one entry of the current page. @throws ContractError */
  entry(key: string, kind: EntryKind): void {
    this.check.entry(key, kind);
    this.entries++;
    if (!key.startsWith(this.prefix)) this.foreign ??= key;
    else if (kind === this.counted && (kind === "prefix" || this.isOwn(key))) this.found++;
    if (this.entries > this.expected + this.dataset.count * 2 + MAX_FOREIGN_ENTRIES) {
      throw new ContractError("ELOOP", `the listing has more than ${this.entries - 1} entries`);
    }
  }

  /** Starts the current page again, because its response was lost. */
  restartPage(): void {
    this.check.restart();
    this.entries = this.before.entries;
    this.found = this.before.found;
    this.foreign = this.before.foreign;
  }

  /** Ends the current page; returns true if there is another one. @throws ContractError */
  page(truncated: boolean | undefined, next: string | null): boolean {
    this.pages++;
    this.before = { entries: this.entries, found: this.found, foreign: this.foreign };
    const more = this.check.page(truncated, next);
    if (!more) this.end();
    return more;
  }

  private end(): void {
    if (this.foreign !== null) {
      const key = JSON.stringify(this.foreign.slice(0, 100));
      throw new ContractError("EPROTO", `the listing contains ${key}, not below ${this.prefix}`);
    }
    if (this.found >= this.expected) return;
    const noun = this.counted === "object" ? "objects" : `${this.counted} entries`;
    const message = `the listing contains ${this.found} of the dataset's ${this.expected} ${noun}`;
    throw new ContractError("EMISSING", message);
  }

  private isOwn(key: string): boolean {
    const at = key.lastIndexOf("/") + 1;
    const index = Number(key.slice(at, at + NAME_DIGITS.file));
    const { from, to } = this.files;
    if (!(index >= from && index < to)) return false;
    return key === this.root + fileName(this.dataset, index);
  }
}

/** Files in the directory of a file. */
function siblingsOf({ count, filesPerDirectory }: DatasetLocation, file: number): Files {
  const from = file - (file % filesPerDirectory);
  return { from, to: Math.min(count, from + filesPerDirectory) };
}
