import type { DatasetLocation } from "../../model/plan/dataset.ts";
import type { Folder } from "../../posix/folder.ts";
import {
  type ConfinedCalls,
  PARENTS_BYTES,
  PATH_BYTES,
  type Page,
  Parents,
  type PathAt,
  pathIn,
} from "../local/parents.ts";

const WASM_PAGE_BYTES = 65_536;
/** Memory of a `struct statx`; nothing reads it. */
const STAT_BYTES = 256;

/** Start of a path: an open directory, or a negative errno. */
export interface Place {
  directory: number;
  path: number;
  /** Whether the directory is used until the operation is complete. */
  isTaken: boolean;
}

/** Paths of the operations in flight, by slot, in memory that the kernel reads. */
export class FilePaths {
  readonly memory: Uint8Array<ArrayBuffer>;
  /** Address for the results of stats. */
  readonly stat: number;
  private readonly folder: Folder;
  private readonly system: ConfinedCalls;
  private readonly parents: Parents;
  private readonly first: readonly PathAt[];
  private readonly second: readonly PathAt[];
  private readonly places: readonly Place[];

  /**
   * `folder`: the dataset's directory; `close` closes it. `access`: flags to open directories with,
   * see {@link Parents}.
   */
  constructor(
    dataset: DatasetLocation,
    folder: Folder,
    system: ConfinedCalls,
    depth: number,
    access: number,
  ) {
    const bytes = PARENTS_BYTES + STAT_BYTES + 2 * depth * PATH_BYTES;
    const initial = Math.ceil(bytes / WASM_PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial }).buffer as ArrayBuffer;
    this.memory = new Uint8Array(memory);
    const page: Page = { memory, address: system.addressOf(this.memory) };
    this.folder = folder;
    this.system = system;
    this.parents = new Parents(dataset, folder, system, page, 0, access);
    this.stat = page.address + PARENTS_BYTES;
    const pathAt = (number: number, kind: "file" | "renamed"): PathAt =>
      pathIn(page, PARENTS_BYTES + STAT_BYTES + number * PATH_BYTES, dataset, kind);
    const slots = Array.from({ length: depth }, (_, slot) => slot);
    this.first = slots.map((slot) => pathAt(2 * slot, "file"));
    this.second = slots.map((slot) => pathAt(2 * slot + 1, "renamed"));
    this.places = slots.map(() => ({ directory: -1, path: 0, isTaken: false }));
  }

  /**
   * Sets the path of a slot to a file. It starts at the file's directory, which stays open until
   * {@link release}. `whole`: at the dataset's directory, unless the file's own one is open.
   */
  of(slot: number, file: number, isRenamed: boolean, whole: boolean): Place {
    const path = (isRenamed ? this.second : this.first)[slot];
    const place = this.at(slot);
    path?.write(file);
    const isWhole = whole && this.parents.held(file) < 0;
    place.directory = isWhole ? this.folder.fd : this.parents.take(file);
    place.path = (isWhole ? path?.whole : path?.name) ?? 0;
    place.isTaken = !isWhole && place.directory >= 0;
    return place;
  }

  /** The place of a slot, as it was set. */
  at(slot: number): Place {
    const place = this.places[slot];
    if (place === undefined) throw new Error(`there is no slot ${slot}`);
    return place;
  }

  /** Address of the other name of a slot's file, in the same directory. */
  other(slot: number, file: number, isRenamed: boolean): number {
    const path = (isRenamed ? this.first : this.second)[slot];
    path?.write(file);
    return path?.name ?? 0;
  }

  /** The operation of a slot on a file is complete. */
  release(slot: number, file: number): void {
    if (this.at(slot).isTaken) this.parents.release(file);
  }

  closeFile(fd: number): void {
    if (fd >= 0) this.system.close(fd);
  }

  close(): void {
    this.parents.end();
    this.folder.close();
  }
}
