import { execFile } from "node:child_process";
import { promisify } from "node:util";

const LIMIT_MS = 10_000;

/** Where util-linux puts its tools; they are often not in a user's path. */
const SEARCH = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;

const call = promisify(execFile);

/**
 * What util-linux recognises on a device, a sentence each: `wipefs` (which only lists, as it is
 * called here) and `blkid` know more formats than assay does. Empty where neither is installed.
 */
export async function secondOpinions(path: string): Promise<readonly string[]> {
  const [wipefs, blkid] = await Promise.all([
    run("wipefs", ["--no-act", "--parsable", path]),
    run("blkid", ["--probe", "--output", "export", path]),
  ]);
  return [...(wipefs === null ? [] : fromWipefs(wipefs)), ...fromBlkid(blkid)];
}

/** `# offset,uuid,label,type` and `0x438,…,…,ext4`. */
function fromWipefs(answer: Answer): readonly string[] {
  return answer.output.split("\n").flatMap((line) => {
    if (line.startsWith("#") || line.trim() === "") return [];
    const fields = line.split(",");
    const type = fields.at(-1)?.trim();
    return [`wipefs finds ${type || "a signature"} at byte ${Number(fields[0])}`];
  });
}

/** blkid's answer where several formats are there at once (blkid(8), exit status). */
const AMBIVALENT = 8;

function fromBlkid(answer: Answer | null): readonly string[] {
  if (answer === null) return [];
  if (answer.code === AMBIVALENT) return ["blkid finds more than one signature"];
  return answer.output.split("\n").flatMap((line) => {
    const found = /^(?:PT)?TYPE=(.+)$/.exec(line)?.[1];
    return found === undefined ? [] : [`blkid finds ${found}`];
  });
}

interface Answer {
  readonly output: string;
  readonly code: number;
}

/** What a tool printed and its exit code; null where it is not installed or was killed. */
async function run(tool: string, parameters: readonly string[]): Promise<Answer | null> {
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
