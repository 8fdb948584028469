#!/usr/bin/env node
// Plain JavaScript that any Node understands, so that an old one gets a sentence instead of a
// syntax error.
import { existsSync, readFileSync } from "node:fs";
// The whole module, because naming what an old Node lacks would be a syntax error there.
import * as module from "node:module";
import { dirname } from "node:path";

const NEEDED = 24;
/** What Node reports where a limit keeps it from loading a file, and how to remove the cause. */
const LIMITS = [
  [/EMFILE|too many open files/i, "too many open files (EMFILE); raise `ulimit -n`"],
  [/ENFILE/, "the host has too many open files (ENFILE); raise `sysctl fs.file-max`"],
  [/EAGAIN/, "no more threads can be started (EAGAIN); raise `ulimit -u`"],
  [/ENOMEM|out of memory|could not allocate/i, "not enough memory (ENOMEM); raise `ulimit -v`"],
];
/** Threads of libuv's pool, and the share of a limit of threads that they may take. */
const POOL = { least: 4, usual: 16, withoutRing: 256, share: 1 / 4 };
/** Below this many descriptors nothing is certain to be loaded. */
const MIN_OPEN_FILES = 40;

/** The limit of open files of this process; 0 where not even that can be read. */
function openFilesLimit() {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch (error) {
    return error?.code === "EMFILE" ? 0 : Number.POSITIVE_INFINITY;
  }
}

/** The text of a file of the kernel; "" without it. */
function kernelText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Whether io_uring seems unusable: disabled, behind a seccomp filter, or before Linux 6.1. */
function lacksRing() {
  const disabled = kernelText("/proc/sys/kernel/io_uring_disabled").trim();
  const [major = 0, minor = 0] = kernelText("/proc/sys/kernel/osrelease").split(".").map(Number);
  return (
    !["", "0"].includes(disabled) ||
    /^Seccomp:\s*2/m.test(kernelText("/proc/self/status")) ||
    major < 6 ||
    (major === 6 && minor < 1)
  );
}

/**
 * Threads of libuv's pool, all of which start with its first call and mostly wait. Without
 * io_uring, they execute the operations in flight (engine `threadpool`) and prepare files; 256 of
 * them take 8 ms and 8 MB. libuv ends the process if one cannot start, so a limit of threads or
 * address space leaves them at a part of it.
 */
function poolThreads() {
  const limits = kernelText("/proc/self/limits");
  if (!/^Max address space\s+unlimited/m.test(limits)) return POOL.least;
  const texts = [
    /^Max processes\s+(\d+)/m.exec(limits)?.[1],
    kernelText("/sys/fs/cgroup/pids.max"),
    kernelText("/sys/fs/cgroup/pids/pids.max"),
  ];
  const most = texts.map((text) => Number.parseInt(text ?? "", 10)).filter((n) => n >= 0);
  const wanted = lacksRing() ? POOL.withoutRing : POOL.usual;
  return Math.max(POOL.least, Math.min(wanted, Math.floor(Math.min(...most) * POOL.share)));
}

/**
 * Node's response to SIGUSR1 is a debugger port that any local user can connect to. Here it ends a
 * command, as it ends any program; a command that has something to store listens to it itself.
 */
function endBySignal(name) {
  if (process.listenerCount(name) > 1) return;
  process.off(name, endBySignal);
  process.kill(process.pid, name);
}
process.on("SIGUSR1", endBySignal);

/**
 * Node 24 removes the types from TypeScript in WebAssembly, which calls JavaScript. After 1,000
 * calls, V8 replaces the code of such a call, and may free what a thread that has ended shared with
 * a new one: rarely, the process dies with SIGSEGV. Built files need none of it.
 */
function keepWrappers() {
  const v8 = process.getBuiltinModule("node:v8");
  v8.setFlagsFromString("--wasm-wrapper-tiering-budget=1000000000");
}

const major = Number(process.versions.node.split(".")[0]);

if (major < NEEDED) {
  process.stderr.write(
    `assay needs Node ${NEEDED} or newer, this is ${process.versions.node}. ` +
      `In a clone, \`npm ci\` installs one and \`npx assay\` uses it; ` +
      `elsewhere install Node ${NEEDED} from https://nodejs.org.\n`,
  );
  process.exitCode = 3;
} else {
  // libuv reads it with the first asynchronous call to a file or name server.
  process.env.UV_THREADPOOL_SIZE ??= String(poolThreads());
  // Worker threads, which load the same code, look for the cache in the environment alone.
  const { directory } = module.enableCompileCache();
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= dirname(directory);
  const source = new URL("../src/main.ts", import.meta.url);
  const built = new URL("../dist/main.js", import.meta.url);
  const fromSource = existsSync(source);
  if (fromSource) keepWrappers();
  try {
    await import(fromSource ? source : built);
  } catch (error) {
    // Our own modules could not be loaded: a limit of this process, or a broken installation.
    // With too few descriptors the reason is lost: a file that cannot be opened reads as missing.
    const text = openFilesLimit() < MIN_OPEN_FILES ? "EMFILE" : String(error);
    const limit = LIMITS.find(([sign]) => sign.test(text));
    if (limit === undefined) throw error;
    process.stderr.write(`assay cannot be loaded: ${limit[1]}\n`);
    process.exitCode = 3;
  }
}
