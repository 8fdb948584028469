import { fileURLToPath } from "node:url";
import { succeed } from "../runner/child.ts";
import type { Bench } from "../runner/runner.ts";
import type { FilesLoad, FilesOperation, FilesSample } from "./side.ts";

const CALLS = fileURLToPath(new URL("./plain-calls.ts", import.meta.url));

/** One run of plain synchronous calls of Node from one thread. */
export async function plainFiles(
  { count, fileBytes, filesPerDirectory }: FilesLoad,
  operations: readonly FilesOperation[],
  folder: string,
  { options, signal }: Bench,
): Promise<FilesSample> {
  const numbers = [count, fileBytes, filesPerDirectory, options.seconds].map(String);
  const command = [process.execPath, CALLS, folder, ...numbers, ...operations];
  return JSON.parse((await succeed("plain calls", command, signal)).stdout);
}
