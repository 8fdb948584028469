import { type DatasetLocation, directoryName } from "../../model/plan/dataset.ts";
import { Folder } from "../../posix/folder.ts";
import { UsedDirectories } from "../local/used-directories.ts";

/** Directories of the operations in flight. */
export class PoolFolders {
  private readonly dataset: DatasetLocation;
  private readonly root: Folder;
  private readonly held = new Map<number, Folder>();
  private readonly used = new UsedDirectories<Folder>((folder) => folder.close());

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
    const used = this.used.use(number);
    if (used !== undefined) return used;
    const folder = openBelow(this.root, directoryName(this.dataset, file));
    this.used.add(number, folder);
    return folder;
  }

  /** The operation on a file is complete. */
  release(file: number): void {
    this.used.release(this.numberOf(file));
  }

  close(): void {
    this.used.end();
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
