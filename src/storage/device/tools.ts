import { execFile } from "node:child_process";
import { promisify } from "node:util";

const LIMIT_MS = 10_000;

/** Includes the directories of util-linux, which are often not in a user's PATH. */
const SEARCH = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;

const call = promisify(execFile);

/**
 * Lists what util-linux finds on a device, one clause each, because `wipefs` and `blkid` know more
 * formats than assay. Both only read. Empty if neither is installed.
 */
export async function toolFindings(path: string): Promise<readonly string[]> {
  const [wipefs, blkid] = await Promise.all([
    run("wipefs", ["--no-act", "--parsable", path]),
    run("blkid", ["--probe", "--output", "export", path]),
  ]);
  return [...(wipefs === null ? [] : fromWipefs(wipefs)), ...fromBlkid(blkid)];
}

/** Parses lines such as `# offset,uuid,label,type` and `0x438,…,…,ext4`. */
function fromWipefs({ output }: ToolOutput): readonly string[] {
  return output.split("\n").flatMap((line) => {
    if (line.startsWith("#") || line.trim() === "") return [];
    const fields = line.split(",");
    const type = fields.at(-1)?.trim();
    return [`wipefs finds ${type || "a signature"} at byte ${Number(fields[0])}`];
  });
}

/** Exit code of blkid for a device with several formats (blkid(8)). */
const AMBIVALENT = 8;

function fromBlkid(found: ToolOutput | null): readonly string[] {
  if (found === null) return [];
  if (found.code === AMBIVALENT) return ["blkid finds more than one signature"];
  return found.output.split("\n").flatMap((line) => {
    const type = /^(?:PT)?TYPE=(.+)$/.exec(line)?.[1];
    return type === undefined ? [] : [`blkid finds ${type}`];
  });
}

interface ToolOutput {
  readonly output: string;
  readonly code: number;
}

/** Runs a tool; null if it is not installed or was killed. */
async function run(tool: string, parameters: readonly string[]): Promise<ToolOutput | null> {
  const options = { timeout: LIMIT_MS, env: { PATH: SEARCH, LC_ALL: "C" } };
  try {
    const { stdout } = await call(tool, [...parameters], options);
    return { output: stdout, code: 0 };
  } catch (error) {
    if (typeof error !== "object" || error === null || !("code" in error)) return null;
    if (typeof error.code !== "number") return null;
    const output = "stdout" in error ? String(error.stdout) : "";
    return { output, code: error.code };
  }
}
