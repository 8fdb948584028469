import { createReadStream } from "node:fs";
import { codeOf, messageOf, ScenarioError } from "../model/fault/errors.ts";

/** The text of a YAML file. Throws ScenarioError with one sentence where it cannot be one. */
export async function readText(path: string): Promise<string> {
  const fail = (message: string) =>
    new ScenarioError([{ file: path, line: 1, column: 1, message }]);
  const bytes = await readStart(path).catch((error: unknown) => {
    const code = codeOf(error);
    if (code === "ENOENT") throw fail("there is no such file");
    if (code === "EISDIR") throw fail("this is a folder, expected a YAML file");
    if (code === "EACCES") throw fail("this file may not be read (permission denied)");
    throw fail(messageOf(error));
  });
  if (bytes.length > MAX_BYTES) throw fail("longer than 1 MiB, more than any scenario needs");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    throw fail("this is not a text file (not UTF-8), expected YAML");
  }
  throw fail("this is not a text file, expected YAML");
}

const MAX_BYTES = 1_048_576;

/** The first bytes of a file, which may be a pipe and need not end: at least one more than most. */
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
