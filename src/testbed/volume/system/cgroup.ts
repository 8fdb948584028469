import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, messageOf } from "../../../model/fault/errors.ts";
import type { DirectionLimits, Limits } from "../limits/kinds.ts";

/** Location of the kernel's block throttle on this host. */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly root: string;
}

const REMOVE_ATTEMPTS = 50;
const REMOVE_POLL_MS = 20;
/** One tick at 100 Hz, the lowest rate of kernels. */
const LONGEST_TICK_MS = 10;

/**
 * Finds the hierarchy of the block controller: version 1's `blkio` if it is mounted, else version
 * 2's `io`. A controller is in one hierarchy only.
 *
 * @param mountinfo the text of /proc/self/mountinfo
 */
export async function findHierarchy(
  mountinfo: string,
): Promise<Hierarchy | { readonly unavailable: string }> {
  const mounts = mountinfo.split("\n").map(parseMount);
  const first = mounts.find((mount) => mount?.type === "cgroup" && mount.options.includes("blkio"));
  if (first && existsSync(join(first.path, "blkio.throttle.read_iops_device"))) {
    return { version: 1, root: first.path };
  }
  const second = mounts.find((mount) => mount?.type === "cgroup2");
  if (second) {
    const controllers = await readFile(join(second.path, "cgroup.controllers"), "utf8").catch(
      () => "",
    );
    if (controllers.split(/\s/).includes("io")) return { version: 2, root: second.path };
  }
  return {
    unavailable:
      "the kernel's block throttle is not available: neither a cgroup v1 `blkio` hierarchy nor a " +
      "cgroup v2 one with the `io` controller is mounted",
  };
}

function parseMount(line: string): { path: string; type: string; options: string[] } | null {
  const [before = "", after = ""] = line.split(" - ");
  const path = before.split(" ")[4];
  const [type, , options = ""] = after.split(" ");
  if (path === undefined || type === undefined) return null;
  return { path, type, options: options.split(",") };
}

/** A group whose members' I/O on one device is limited. */
export class ThrottledGroup {
  readonly hierarchy: Hierarchy;
  readonly folder: string;
  /** Values written to version 1's files. */
  private readonly lines = new Map<string, string>();
  private wroteMs = 0;

  constructor(hierarchy: Hierarchy, name: string) {
    this.hierarchy = hierarchy;
    this.folder = join(hierarchy.root, name);
  }

  /** A process that writes its id here joins the group. */
  get membersFile(): string {
    return join(this.folder, "cgroup.procs");
  }

  /** @throws Error if no group can be made, with the remedy */
  async create(): Promise<void> {
    const { version, root } = this.hierarchy;
    try {
      if (version === 2) await this.turnOn();
      await mkdir(this.folder);
    } catch (error) {
      throw new Error(
        `cannot make a control group in ${root} (${messageOf(error)}): it must be writable, ` +
          "which in a container requires --privileged",
      );
    }
  }

  /**
   * Enables version 2's controllers and leaves them enabled, because other programs may rely on
   * them. With `memory`, the kernel attributes buffered writes to their process and throttles them.
   */
  private async turnOn(): Promise<void> {
    const words = async (name: string) =>
      (await readFile(join(this.hierarchy.root, name), "utf8")).split(/\s/);
    const there = await words("cgroup.controllers");
    const on = await words("cgroup.subtree_control");
    const missing = ["io", "memory"].filter((one) => there.includes(one) && !on.includes(one));
    if (missing.length === 0) return;
    const line = missing.map((one) => `+${one}`).join(" ");
    await writeFile(join(this.hierarchy.root, "cgroup.subtree_control"), line);
  }

  /** Sets the limits of a device (`7:0`); null removes one. */
  async limit(device: string, { read, write }: DirectionLimits): Promise<void> {
    if (this.hierarchy.version === 2) {
      const file = join(this.folder, "io.max");
      if (!existsSync(file)) {
        throw new Error("this kernel has no block throttle: CONFIG_BLK_DEV_THROTTLING is not set");
      }
      await writeFile(file, lineOfV2(device, { read, write }));
      return;
    }
    const values: readonly (readonly [string, number | null])[] = [
      ["read_iops", read.iops],
      ["read_bps", read.bytesPerSecond],
      ["write_iops", write.iops],
      ["write_bps", write.bytesPerSecond],
    ];
    for (const [name, value] of values) {
      const line = `${device} ${value ?? 0}`;
      if (this.lines.get(name) === line) continue;
      if (this.lines.size === values.length) await this.nextTick();
      await writeFile(join(this.folder, `blkio.throttle.${name}_device`), line);
      this.lines.set(name, line);
      this.wroteMs = performance.now();
    }
  }

  /**
   * Waits for the next tick of the kernel's clock: a second change within one tick makes the kernel
   * forget granted amounts, which allows up to one extra slice.
   */
  private async nextTick(): Promise<void> {
    const left = this.wroteMs + LONGEST_TICK_MS - performance.now();
    if (left > 0) await sleep(left);
  }

  async members(): Promise<readonly number[]> {
    const text = await readFile(this.membersFile, "utf8").catch(() => "");
    return text.split("\n").filter(Boolean).map(Number);
  }

  /** Moves every member to a group without limits. */
  async release(): Promise<void> {
    for (const pid of await this.members()) {
      const root = join(this.hierarchy.root, "cgroup.procs");
      // A process may have ended by now.
      await writeFile(root, String(pid)).catch(() => {});
    }
  }

  /** Removes a group, which stays busy for a moment after its last member ends. */
  async remove(): Promise<void> {
    // A read-only tree reports EROFS even for a missing directory.
    for (let attempt = 1; existsSync(this.folder); attempt++) {
      try {
        return await rmdir(this.folder);
      } catch (error) {
        if (codeOf(error) === "ENOENT") return;
        if (attempt === REMOVE_ATTEMPTS) throw error;
        await sleep(REMOVE_POLL_MS);
      }
    }
  }
}

function lineOfV2(device: string, { read, write }: DirectionLimits): string {
  const part = (side: "r" | "w", limits: Limits) =>
    `${side}bps=${limits.bytesPerSecond ?? "max"} ${side}iops=${limits.iops ?? "max"}`;
  return `${device} ${part("r", read)} ${part("w", write)}`;
}
