import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Exit codes of commands whose output is shown; 4: verdicts without a decision. */
const EXPECTED: readonly number[] = [0, 4];

/** A `console` block of one command and its output, as captured. */
const CAPTURE = /^```console\n\$ npx assay ([^\n]+)\n[\s\S]*?^```$/gm;

/**
 * Returns a page with new output in its captures: blocks of the language `console` that begin with
 * `$ npx assay`. The commands read stored runs of results/examples, so that their output changes
 * only with the code.
 *
 * @throws Error if a command ends with an unexpected exit code.
 */
export function withCaptures(path: string): string {
  const page = readFileSync(`${ROOT}${path}`, "utf8");
  return page.replaceAll(CAPTURE, (_block, words: string) => {
    const output = outputOf(words);
    return `\`\`\`console\n$ npx assay ${words}\n${output.trimEnd()}\n\`\`\``;
  });
}

function outputOf(words: string): string {
  const command = `"${process.execPath}" bin/assay.mjs ${words}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: ROOT,
    encoding: "utf8",
    env: { PATH: process.env.PATH, LANG: "C.UTF-8" },
  });
  if (status === null || !EXPECTED.includes(status))
    throw new Error(`assay ${words} ended with ${String(status)}: ${stderr}`);
  return stdout.replaceAll(/ +$/gm, "");
}
