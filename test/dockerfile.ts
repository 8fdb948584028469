import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** One instruction of a Dockerfile. */
interface Step {
  /** `RUN`, `COPY`, … */
  readonly instruction: string;
  readonly text: string;
}

/** A stage of a build: everything from one `FROM` to the next. */
export interface Stage {
  readonly base: string;
  /** Name after `AS`; null if there is none. */
  readonly name: string | null;
  readonly steps: readonly Step[];
}

/** Parses a Dockerfile without heredocs and parser directives. */
export function parseDockerfile(text: string): readonly Stage[] {
  const lines = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const stages: { base: string; name: string | null; steps: Step[] }[] = [];
  for (const line of lines) {
    const [, instruction = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const [, base = "", name = null] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
    if (instruction === "FROM") stages.push({ base, name, steps: [] });
    else if (instruction === "") throw new Error(`not an instruction: ${line}`);
    else stages.at(-1)?.steps.push({ instruction, text: rest });
  }
  return stages;
}

/** The argument of the last instruction of a kind; null if there is none. */
export function lastOf(stage: Stage | undefined, instruction: string): string | null {
  return stage?.steps.findLast((step) => step.instruction === instruction)?.text ?? null;
}

/** Directories that stand in for the file systems of stages. */
export interface Roots {
  /** The build context, without the files that .dockerignore excludes. */
  readonly context: string;
  /** By name of a stage. */
  readonly stages: Readonly<Record<string, string>>;
}

/** Executes the steps of a stage in a directory in place of its file system. */
export function executeStage(stage: Stage, root: string, roots: Roots): void {
  let directory = "/";
  for (const { instruction, text } of stage.steps) {
    if (instruction === "WORKDIR") directory = text;
    if (instruction === "WORKDIR") mkdirSync(join(root, text), { recursive: true });
    if (instruction === "RUN") runStep(text, join(root, directory), root);
    if (instruction === "COPY") copyStep(text, join(root, directory), root, roots);
  }
}

function runStep(text: string, cwd: string, root: string): void {
  const PATH = `${root}/usr/local/bin:${process.env.PATH}`;
  const env = { ...process.env, PATH, npm_config_prefer_offline: "true" };
  execFileSync("sh", ["-c", text], { cwd, env, stdio: "pipe" });
}

/** Copies as COPY does: the content of a directory, or files into a directory. */
function copyStep(text: string, directory: string, root: string, roots: Roots): void {
  const words = text.split(" ");
  const option = (name: string) =>
    words.find((word) => word.startsWith(`--${name}=`))?.split("=")[1] ?? null;
  const paths = words.filter((word) => !word.startsWith("--"));
  const stage = option("from");
  const source = stage === null ? roots.context : roots.stages[stage];
  if (source === undefined) throw new Error(`no stage ${stage}`);
  const last = paths.at(-1) ?? "";
  const to = last.startsWith("/") ? join(root, last) : join(directory, last);
  for (const path of paths.slice(0, -1)) {
    const from = join(source, path);
    if (!existsSync(from)) throw new Error(`COPY ${path}: not in ${stage ?? "the context"}`);
    const isInto = statSync(from).isFile() && /(^|\/)\.?\/?$/.test(last);
    const place = isInto ? join(to, basename(path)) : to;
    mkdirSync(dirname(place), { recursive: true });
    cpSync(from, place, { recursive: true, verbatimSymlinks: true });
    const [uid, gid] = option("chown")?.split(":").map(Number) ?? [];
    if (uid !== undefined && gid !== undefined) chownSync(place, uid, gid);
  }
}

/** Copies a program and the shared libraries that it is linked with, as a base image has them. */
export function addProgram(program: string, at: string, root: string): void {
  const listed = execFileSync("ldd", [program]).toString();
  const libraries = [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  for (const [from, to] of [[program, at], ...libraries.map((path) => [path, path])]) {
    if (from === undefined || to === undefined) continue;
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
    chmodSync(join(root, to), 0o755);
  }
}
