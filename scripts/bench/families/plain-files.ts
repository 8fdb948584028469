/**
 * A plain program of Node on small files: synchronous calls from one thread, paths made beforehand.
 * Prints files per second by operation as JSON.
 * Parameters: directory, number of files, their size, files per directory, seconds, operations.
 */
import fs from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/model/random/random.ts";
import type { FilesOperation } from "./files.ts";

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

/** Passes over the paths until the time is up, at least one. */
function again(call: (path: string) => unknown): number {
  for (const path of shuffled) call(path);
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < seconds * 1000) {
    for (const path of shuffled) call(path);
    calls += shuffled.length;
  }
  return (calls * 1000) / (performance.now() - start);
}

function once(call: (path: string) => unknown): number {
  const start = performance.now();
  for (const path of inOrder) call(path);
  return (inOrder.length * 1000) / (performance.now() - start);
}

const OPERATIONS: Readonly<Record<FilesOperation, () => number>> = {
  create: () => {
    for (const directory of directories) fs.mkdirSync(directory, { recursive: true });
    return once(create);
  },
  stat: () => again((path) => fs.statSync(path)),
  fetch: () => again(fetch),
  delete: () => once((path) => fs.unlinkSync(path)),
};

const rates: Partial<Record<string, number>> = {};
for (const [name, run] of Object.entries(OPERATIONS)) {
  if (process.argv.includes(name, 7)) rates[name] = run();
}
process.stdout.write(JSON.stringify(rates));
