/**
 * A plain program of Node on small files: synchronous calls from one thread, paths made beforehand.
 * Prints rates and CPU times by operation as JSON.
 * Parameters: directory, number of files, their size, files per directory, seconds, operations.
 */
import fs from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/model/random/random.ts";
import type { FilesOperation, FilesRate, FilesSample } from "./side.ts";

const [root = "", ...numbers] = process.argv.slice(2, 7);
const [count = 0, bytes = 0, perDirectory = 1, seconds = 1] = numbers.map(Number);
const data = Buffer.alloc(bytes, 165);
const directories = Array.from({ length: Math.ceil(count / perDirectory) }, (_, i) =>
  join(root, String(i).padStart(6, "0")),
);
const inOrder = Array.from({ length: count }, (_, i) =>
  join(directories[Math.floor(i / perDirectory)] ?? root, `${String(i).padStart(9, "0")}.bin`),
);
const order = Int32Array.from({ length: count }, (_, i) => i);
new Random(1, 0).shuffle(order);
const shuffled = Array.from(order, (i) => inOrder[i] ?? "");

function create(path: string): void {
  const fd = fs.openSync(path, "wx", 0o600);
  fs.writeSync(fd, data, 0, bytes, 0);
  fs.closeSync(fd);
}

function fetch(path: string): void {
  const fd = fs.openSync(path, "r");
  fs.readSync(fd, data, 0, bytes, 0);
  fs.closeSync(fd);
}

/** Passes over paths until the time is up, at least one. */
function passes(paths: readonly string[], seconds: number, call: (path: string) => unknown) {
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  let calls = 0;
  do {
    for (const path of paths) call(path);
    calls += paths.length;
  } while (performance.now() - start < seconds * 1000);
  const cpu = process.cpuUsage(cpuBefore);
  const operationsPerSecond = (calls * 1000) / (performance.now() - start);
  const cpuNs = ((cpu.user + cpu.system) * 1000) / calls;
  return { operationsPerSecond, cpuNsPerOperation: cpuNs, workerCpuNsPerOperation: cpuNs };
}

function again(call: (path: string) => unknown): FilesRate {
  for (const path of shuffled) call(path);
  return passes(shuffled, seconds, call);
}

function once(call: (path: string) => unknown): FilesRate {
  return passes(inOrder, 0, call);
}

const OPERATIONS: Readonly<Record<FilesOperation, () => FilesRate>> = {
  create: () => {
    for (const directory of directories) fs.mkdirSync(directory, { recursive: true });
    return once(create);
  },
  stat: () => again((path) => fs.statSync(path)),
  fetch: () => again(fetch),
  delete: () => once((path) => fs.unlinkSync(path)),
};

const wanted = Object.entries(OPERATIONS).filter(([name]) => process.argv.includes(name, 7));
const rates: FilesSample = Object.fromEntries(wanted.map(([name, run]) => [name, run()]));
process.stdout.write(JSON.stringify(rates));
