/**
 * The command line of `scripts/slow-mount.ts`: a FUSE file system of known delay. `serve.ts`
 * replies to the kernel's requests after their delay, `operations.ts` performs each request on the
 * files of the backing directory, and `wire.ts` is the protocol. The server blocks, so that no
 * event loop delays a reply.
 */

import { spawn } from "node:child_process";
import fs from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { errnoName } from "../../src/model/fault/errno.ts";
import { messageOf } from "../../src/model/fault/errors.ts";
import { parseDurationNs } from "../../src/model/units.ts";
import { bindNative, type Native } from "./native.ts";
import { Nodes } from "./nodes.ts";
import { makeHandlers } from "./operations.ts";
import { type Pace, Server } from "./serve.ts";
import { CODE } from "./wire.ts";

const USAGE = `usage: node scripts/slow-mount.ts MOUNT_POINT BACKING [options]

Mounts the directory BACKING at MOUNT_POINT through FUSE, with a delay for each request. Serves
until standard input ends or the process is killed, and is unmounted then.

  --delay 2ms        from a request to its reply, any number of them concurrently (default: 0ms)
  --attributes 1s    time for which the kernel caches names and attributes (default: 1s)
  --bypass           files bypass the page cache, even without O_DIRECT
  --killable         while stalled, a request of a killed process ends, as on NFS
  --remember         pages that were read or written before are read without delay

Prints "mounted" when it is ready. Lines on standard input change the behavior:
  delay 5ms | stall | resume | remember | forget | fail REQUEST ERRNO | heal | peak
("fail unlink 116" replies to each request of that kind with an error, "heal" ends that;
"peak" prints the maximum number of requests in flight since the last "peak")
`;

const STDIN = 0;

interface Settings {
  readonly mountPoint: string;
  readonly backing: string;
  readonly attributesMs: number;
  readonly bypass: boolean;
  readonly pace: Pace;
}

/** Runs the command; returns its exit code. */
export function runCommand(words: readonly string[]): number {
  let settings: Settings;
  try {
    settings = settingsOf(words);
  } catch (error) {
    process.stderr.write(`slow-mount: ${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  try {
    serve(settings);
    return 0;
  } catch (error) {
    process.stderr.write(`slow-mount: ${messageOf(error)}\n`);
    return 3;
  }
}

function settingsOf(words: readonly string[]): Settings {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      delay: { type: "string", default: "0ms" },
      attributes: { type: "string", default: "1s" },
      bypass: { type: "boolean", default: false },
      killable: { type: "boolean", default: false },
      remember: { type: "boolean", default: false },
    },
  });
  const [mountPoint, backing, ...more] = positionals;
  if (mountPoint === undefined || backing === undefined || more.length > 0) {
    throw new Error("expected a mount point and a backing directory");
  }
  return {
    mountPoint: resolve(mountPoint),
    backing: resolve(backing),
    attributesMs: milliseconds(values.attributes),
    bypass: values.bypass,
    pace: {
      delayMs: milliseconds(values.delay),
      stalled: false,
      killable: values.killable,
      remembers: values.remember,
      failing: new Map(),
      peak: 0,
    },
  };
}

function milliseconds(text: string): number {
  const duration = parseDurationNs(text);
  if ("problem" in duration) throw new Error(duration.problem);
  return duration.value / 1e6;
}

function serve({ mountPoint, backing, attributesMs, bypass, pace }: Settings): void {
  const fd = fs.openSync("/dev/fuse", fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  const native = bindNative([fd, STDIN]);
  const data = `fd=${fd},rootmode=40000,user_id=0,group_id=0,allow_other`;
  const failed = native.mount(mountPoint, data);
  if (failed < 0) throw new Error(`cannot mount ${mountPoint}: ${errnoName(-failed)}`);
  try {
    unmountAfterDeath(mountPoint);
    process.stdout.write("mounted\n");
    const handlers = makeHandlers(new Nodes(backing), backing, { attributesMs, bypass });
    new Server(native, fd, handlers, pace).run(control(native, pace));
  } finally {
    native.unmount(mountPoint);
  }
}

/** Reads lines from standard input; false once it has ended. */
function control(native: Native, pace: Pace): () => boolean {
  const buffer = Buffer.alloc(1024);
  let text = "";
  return () => {
    const bytes = native.read(STDIN, buffer);
    if (bytes <= 0) return false;
    text += buffer.toString("utf8", 0, bytes);
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) obey(line.trim(), pace);
    return true;
  };
}

function obey(line: string, pace: Pace): void {
  const [word, value = "", number = ""] = line.split(" ");
  if (word === "delay") pace.delayMs = milliseconds(value);
  else if (word === "stall" || word === "resume") pace.stalled = word === "stall";
  else if (word === "remember" || word === "forget") pace.remembers = word === "remember";
  else if (word === "fail" && isRequest(value)) pace.failing.set(CODE[value], Number(number));
  else if (word === "heal") pace.failing.clear();
  else if (word === "peak") {
    process.stdout.write(`peak ${pace.peak}\n`);
    pace.peak = 0;
  } else process.stderr.write(`slow-mount: unknown command ${line}\n`);
}

function isRequest(name: string): name is keyof typeof CODE {
  return name in CODE;
}

/** Starts a shell that waits for the end of this process, even by SIGKILL, and unmounts. */
function unmountAfterDeath(mountPoint: string): void {
  const script = 'read -r end; umount -l "$0" 2>/dev/null';
  const shell = spawn("sh", ["-c", script, mountPoint], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.unref();
}
