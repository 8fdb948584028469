import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { scratch } from "../support.ts";

const SCRIPT = join(import.meta.dirname, "../../../scripts/slow-mount.ts");
/** In memory, so that an operation takes only the delay. */
const BACKING_PARENT = "/dev/shm";

/** A FUSE mount of known delay. */
export interface SlowMount {
  readonly path: string;
  /** The directory behind the mount, for access without delay. */
  readonly backing: string;
  /** Its process, which a test may kill. */
  readonly server: ChildProcess;
  /** Sets the delay of the following requests. */
  setDelay(ms: number): void;
  /** Stops all replies until `resume`. */
  stall(): void;
  /** Makes requests of a kind fail (`unlink`, see `CODE` of the server). */
  fail(request: string, errno: number): void;
  /** Ends all failures. */
  heal(): void;
  resume(): void;
  /** Maximum requests in flight since the last call. */
  peak(): Promise<number>;
}

export interface SlowMountOptions {
  /** Directory behind the mount; several mounts of one are clients of one file server. */
  readonly backing?: string;
  /** Validity of cached names and attributes. Default: 1 s. */
  readonly attributesMs?: number;
  /** Files bypass the page cache even without O_DIRECT, and writes to one are concurrent. */
  readonly bypass?: boolean;
  /** Whether the daemon caches: data read or written before is read without delay. */
  readonly remembers?: boolean;
  /** Whether requests of a killed process end during a stall, as on NFS. */
  readonly killable?: boolean;
}

/**
 * Mounts assay's FUSE test file system for one test, initially without delay. If that is not
 * possible, it prints the reason and returns null, and the test skips itself.
 */
export async function slowMount(options: SlowMountOptions = {}): Promise<SlowMount | null> {
  const backing = options.backing ?? memoryScratch();
  const path = join(scratch(), "slow");
  mkdirSync(path);
  const { attributesMs = 1000, bypass = false, remembers = false, killable = false } = options;
  const words = ["--attributes", `${attributesMs}ms`];
  if (bypass) words.push("--bypass");
  if (killable) words.push("--killable");
  if (remembers) words.push("--remember");
  const server = spawn(process.execPath, [SCRIPT, path, backing, ...words]);
  const ended = once(server, "exit");
  let reason = "";
  server.stderr.on("data", (bytes) => {
    reason += String(bytes);
  });
  const output = createInterface(server.stdout);
  const mounted = once(output, "line").then(() => true);
  if (!(await Promise.race([mounted, ended.then(() => false)]))) {
    process.stderr.write(`skipped: no FUSE mount can be made here (${reason.trim()})\n`);
    return null;
  }
  onTestFinished(async () => {
    server.stdin.end();
    await ended;
    unmount(path);
  });
  const tell = (line: string): void => void server.stdin.write(`${line}\n`);
  return {
    path,
    backing,
    server,
    setDelay: (ms) => tell(`delay ${Math.round(ms * 1000)}us`),
    stall: () => tell("stall"),
    fail: (request, errno) => tell(`fail ${request} ${errno}`),
    heal: () => tell("heal"),
    resume: () => tell("resume"),
    peak: async () => {
      const line = once(output, "line");
      tell("peak");
      return Number(String((await line)[0]).replace("peak ", ""));
    },
  };
}

function memoryScratch(): string {
  const backing = mkdtempSync(join(BACKING_PARENT, "assay-test-"));
  onTestFinished(() => rmSync(backing, { recursive: true, force: true }));
  return backing;
}

/** Unmounts after a failed test; otherwise the server unmounts at its end. */
function unmount(path: string): void {
  try {
    execFileSync("umount", ["-l", path], { stdio: "ignore" });
  } catch {
    // It is already unmounted.
  }
}
