import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { scratch } from "../support.ts";

const SCRIPT = join(import.meta.dirname, "../../../scripts/slow-mount.ts");
/** In memory, so that the delay is all that an operation takes. */
const BACKING_PARENT = "/dev/shm";

/** A FUSE mount of known delay. */
export interface SlowMount {
  readonly path: string;
  /** The directory behind it: what is written there is in the mount, without any delay. */
  readonly backing: string;
  /** Its process: a test may kill it. */
  readonly server: ChildProcess;
  /** From now on each request has its reply so long after it came. */
  setDelay(ms: number): void;
  /** From now on no request has a reply, until `resume`. */
  stall(): void;
  /** From now on each request of a kind (`unlink`, see `CODE` of the server) fails. */
  fail(request: string, errno: number): void;
  /** No request fails any more. */
  heal(): void;
  resume(): void;
}

export interface SlowMountOptions {
  /** Names and attributes are asked for again after so long. Default: 1 s. */
  readonly attributesMs?: number;
  /** Files bypass the page cache even without O_DIRECT, and writes to one are concurrent. */
  readonly bypass?: boolean;
  /** The daemon has a cache: what was read or written before is read without delay. */
  readonly remembers?: boolean;
  /** While it is stalled, requests of a killed process end, as on NFS. */
  readonly killable?: boolean;
}

/**
 * Mounts a FUSE file system of our own for one test, without delay at first. Where that is not
 * possible the reason is printed and null is returned, and the test skips itself.
 */
export async function slowMount(options: SlowMountOptions = {}): Promise<SlowMount | null> {
  const backing = mkdtempSync(join(BACKING_PARENT, "assay-test-"));
  onTestFinished(() => rmSync(backing, { recursive: true, force: true }));
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
  const mounted = once(createInterface(server.stdout), "line").then(() => true);
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
  };
}

/** The server unmounts when it ends; this is for what a failed test left. */
function unmount(path: string): void {
  try {
    execFileSync("umount", ["-l", path], { stdio: "ignore" });
  } catch {
    // It was unmounted already.
  }
}
