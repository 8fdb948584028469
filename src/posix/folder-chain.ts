import type { Folder } from "./folder.ts";

/**
 * The directories on the way to the one that was asked for last, open: those of one dataset are
 * asked for one after the other, and most share all but their last name.
 */
export class FolderChain {
  private readonly base: Folder;
  private readonly names: string[] = [];
  private readonly folders: Folder[] = [];
  private asked: string | null = null;

  /** `base` stays its owner's to close. */
  constructor(base: Folder) {
    this.base = base;
  }

  /** Opens a directory by its path below the base, `a/b`; valid until the next call. */
  to(path: string): Folder {
    if (path === this.asked) return this.folders.at(-1) ?? this.base;
    this.asked = null;
    const wanted = path === "" ? [] : path.split("/");
    let shared = 0;
    while (shared < this.names.length && this.names[shared] === wanted[shared]) shared++;
    this.shorten(shared);
    for (const name of wanted.slice(shared)) {
      this.folders.push((this.folders.at(-1) ?? this.base).below(name));
      this.names.push(name);
    }
    this.asked = path;
    return this.folders.at(-1) ?? this.base;
  }

  /** Lets go of all of them; the chain can be used again. */
  close(): void {
    this.shorten(0);
    this.asked = null;
  }

  private shorten(length: number): void {
    for (const folder of this.folders.splice(length)) folder.close();
    this.names.length = length;
  }
}
