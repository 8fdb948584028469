#!/usr/bin/env node
// Plain JavaScript that any Node understands, so that an old one gets a sentence instead of a
// syntax error.
import { existsSync, readFileSync } from "node:fs";
// The whole module, because naming what an old Node lacks would be a syntax error there.
import * as module from "node:module";
import { dirname } from "node:path";

const NEEDED = 24;
/**
 * Threads for asynchronous file calls, which the process starts with its first one. They only wait:
 * on a host without io_uring, this many files of slow storage are prepared concurrently.
 */
const POOL_THREADS = 16;
/** What Node reports where a limit keeps it from loading a file, and how to remove the cause. */
const LIMITS = [
  [/EMFILE|too many open files/i, "too many open files (EMFILE); raise `ulimit -n`"],
  [/ENFILE/, "the host has too many open files (ENFILE); raise `sysctl fs.file-max`"],
  [/EAGAIN/, "no more threads can be started (EAGAIN); raise `ulimit -u`"],
  [/ENOMEM|out of memory|could not allocate/i, "not enough memory (ENOMEM); raise `ulimit -v`"],
];
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
process.env.UV_THREADPOOL_SIZE ??= String(POOL_THREADS);

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
