import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, open, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describeEnvironment } from "../../../src/environment/index.ts";
import { readDeviceCounters } from "../../../src/environment/machine/counters.ts";
import type { Mount } from "../../../src/model/run/environment.ts";
import { succeed } from "./child.ts";

/** Place of a load. */
export interface Place {
  /** A target of assay. */
  readonly target: string;
  readonly fileBytes: number;
  /** Puts another program before a command. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
}

/** A directory that holds everything a benchmark makes, and is gone afterwards. */
export class Workspace {
  readonly root: string;
  readonly results: string;
  /** The target and the size of the file in it. */
  readonly place: Place;
  private mount: Mount | null = null;

  constructor(folder: string | null, sizeBytes: number) {
    this.root = mkdtempSync(join(resolve(folder ?? tmpdir()), "assay-bench-"));
    this.results = join(this.root, "results");
    this.place = { target: join(this.root, "target"), fileBytes: sizeBytes };
  }

  async prepare(): Promise<void> {
    await mkdir(this.place.target);
    this.mount = (await describeEnvironment(this.place.target)).mount;
  }

  /** Source of the device counters, for readers of the table; null without a mount. */
  get storage(): string | null {
    return this.mount === null ? null : `${this.mount.type} on ${this.mount.source}`;
  }

  /** Writes a scenario and returns its path. JSON is YAML too. */
  async scenario(content: object): Promise<string> {
    const path = join(this.root, "scenario.yaml");
    await writeFile(path, JSON.stringify(content, null, 2));
    return path;
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

  /** Writes out the file system of a directory, so that no run pays for the one before it. */
  async writeOut(signal: AbortSignal, folder = this.place.target): Promise<void> {
    await succeed("sync", ["sync", "--file-system", folder], signal);
  }

  /** Bytes the device has read so far; null where they are unknown. */
  deviceReadBytes(): number | null {
    return readDeviceCounters(this.mount).counters?.readBytes ?? null;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}
