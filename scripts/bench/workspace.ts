import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, open, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describeEnvironment, readDeviceCounters } from "../../src/environment/index.ts";
import type { Mount } from "../../src/model/run/environment.ts";
import { runChild } from "./children.ts";

/** A folder that holds everything a benchmark makes, and is gone afterwards. */
export class Workspace {
  readonly root: string;
  readonly target: string;
  readonly results: string;
  private mount: Mount | null = null;

  constructor(folder: string | null) {
    this.root = mkdtempSync(join(resolve(folder ?? tmpdir()), "assay-bench-"));
    this.target = join(this.root, "target");
    this.results = join(this.root, "results");
  }

  async prepare(): Promise<void> {
    await mkdir(this.target);
    this.mount = (await describeEnvironment(this.target)).mount;
  }

  /** Where the device counters come from, for a reader of the table; null without a mount. */
  get storage(): string | null {
    return this.mount === null ? null : `${this.mount.type} on ${this.mount.source}`;
  }

  /** Writes a scenario and returns its path. JSON is YAML too. */
  async scenario(name: string, content: object): Promise<string> {
    const path = join(this.root, `${name}.yaml`);
    await writeFile(path, JSON.stringify(content, null, 2));
    return path;
  }

  /** The file that both sides use: the one our first run left in the target; null before it. */
  async dataFile(): Promise<string | null> {
    for (const run of await readdir(this.target)) {
      const data = join(this.target, run, "data");
      const [name] = await readdir(data).catch((): string[] => []);
      if (name !== undefined) return join(data, name);
    }
    return null;
  }

  /** Reads a file into the page cache. */
  async warm(path: string): Promise<void> {
    const buffer = Buffer.alloc(4 * 1024 * 1024);
    const file = await open(path);
    try {
      while ((await file.read(buffer, 0, buffer.length)).bytesRead > 0);
    } finally {
      await file.close();
    }
  }

  /**
   * Has everything written that is still in memory, so that no run pays for the one before it; of
   * the file system that holds a folder.
   */
  async settle(signal: AbortSignal, folder = this.target): Promise<void> {
    const { code, stderr } = await runChild("sync", ["--file-system", folder], signal);
    if (code !== 0) throw new Error(`sync ended with ${code ?? "a signal"}: ${stderr.trim()}`);
  }

  /** Bytes the device has read so far; null where it does not say. */
  deviceReadBytes(): number | null {
    return readDeviceCounters(this.mount).counters?.readBytes ?? null;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}
