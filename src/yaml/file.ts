import { createReadStream } from "node:fs";
import { codeOf, messageOf, ScenarioError } from "../model/fault/errors.ts";

/**
 * Reads the text of a YAML file.
 *
 * @throws ScenarioError with one sentence if the file cannot be read or is not text.
 */
export async function readText(path: string): Promise<string> {
  const fail = (message: string) =>
    new ScenarioError([{ file: path, line: 1, column: 1, message }]);
  const bytes = await readStart(path).catch((error: unknown) => {
    const code = codeOf(error);
    if (code === "ENOENT") throw fail("no such file; check the path");
    if (code === "EISDIR") throw fail("expected a YAML file, got a directory");
    if (code === "EACCES") throw fail("no permission to read this file; change its mode or owner");
    throw fail(messageOf(error));
  });
  if (bytes.length > MAX_BYTES) throw fail("the file is too long; expected at most 1 MiB");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    throw fail("expected a YAML file, got a file that is not UTF-8 text");
  }
  throw fail("expected a YAML file, got a binary file");
}

const MAX_BYTES = 1_048_576;

/** Reads a file until it exceeds {@link MAX_BYTES}, because a pipe may never end. */
async function readStart(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
}
