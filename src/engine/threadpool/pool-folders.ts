import { type DatasetLocation, directoryName } from "../../model/plan/dataset.ts";
import { Folder } from "../../posix/folder.ts";

interface Opened {
  readonly folder: Folder;
  /** Operations in flight in it. */
  uses: number;
}

/**
 * Directories of the operations in flight. One that the run does not keep open is opened for the
 * operations that start there, and closed after the last one: the kernel resolves a path later, and
 * another directory could have the descriptor of a closed one by then.
 */
export class PoolFolders {
  private readonly dataset: DatasetLocation;
  private readonly root: Folder;
  private readonly held = new Map<number, Folder>();
  private readonly opened = new Map<number, Opened>();
  /** The directory that was used last stays open: the next operation often has the same. */
  private newest = -1;

  /** `root`: the run's directory; `close` closes it. */
  constructor(dataset: DatasetLocation, root: Folder) {
    this.dataset = dataset;
    this.root = root;
  }

  /** Directory of a file until {@link release}. @throws FolderError if it cannot be opened */
  take(file: number): Folder {
    const number = this.numberOf(file);
    const held = this.held.get(number) ?? this.hold(number, file);
    if (held !== null) return held;
    let opened = this.opened.get(number);
    if (opened === undefined) {
      opened = { folder: openBelow(this.root, directoryName(this.dataset, file)), uses: 0 };
      this.opened.set(number, opened);
    }
    opened.uses++;
    if (number !== this.newest) {
      const before = this.newest;
      this.newest = number;
      this.closeUnused(before);
    }
    return opened.folder;
  }

  /** The operation on a file is complete. */
  release(file: number): void {
    const number = this.numberOf(file);
    const opened = this.opened.get(number);
    if (opened === undefined) return;
    opened.uses--;
    this.closeUnused(number);
  }

  close(): void {
    for (const { folder } of this.opened.values()) folder.close();
    this.opened.clear();
    this.root.close();
  }

  /** A directory that the run keeps open; null for others. */
  private hold(number: number, file: number): Folder | null {
    const fd = this.dataset.held?.directories[number] ?? -1;
    if (fd < 0) return null;
    const folder = Folder.held(fd, `${this.root.path}/${directoryName(this.dataset, file)}`);
    this.held.set(number, folder);
    return folder;
  }

  private closeUnused(number: number): void {
    const opened = this.opened.get(number);
    if (opened === undefined || opened.uses > 0 || number === this.newest) return;
    this.opened.delete(number);
    opened.folder.close();
  }

  private numberOf(file: number): number {
    return Math.floor(file / this.dataset.filesPerDirectory);
  }
}

/** Opens a directory by its path below another one, `a/b`. */
function openBelow(root: Folder, path: string): Folder {
  let folder = root;
  for (const name of path.split("/")) {
    const above = folder;
    try {
      folder = above.below(name);
    } finally {
      if (above !== root) above.close();
    }
  }
  return folder;
}
