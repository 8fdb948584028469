import { spawn } from "node:child_process";
import { access, constants, mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Packages of PyPI that tests use, in a virtual environment that is kept for later runs. */
export interface PythonTool {
  readonly name: string;
  /** First part of a sentence for users without the packages: "moto is not installed". */
  readonly absence: string;
  /** Script that installs them: `scripts/moto.ts`. */
  readonly script: string;
  /** Changes with the packages. */
  readonly version: string;
  /** Packages with exact versions, as pip takes them. */
  readonly packages: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Returns the directory of a tool, in the cache of the user. */
function folderOf({ name, version }: PythonTool, env: Variables): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "assay", `${name}-${version}`);
}

/** Finds the Python that has the packages; if there is none, tells how to install them. */
export async function findPython(
  tool: PythonTool,
): Promise<string | { readonly unavailable: string }> {
  const remedy = `run \`node ${tool.script} --install\` to install from PyPI`;
  return (await installedPython(tool)) ?? { unavailable: `${tool.absence}: ${remedy}` };
}

async function installedPython(tool: PythonTool): Promise<string | null> {
  const python = join(folderOf(tool, process.env), "bin", "python");
  return access(python, constants.X_OK).then(
    () => python,
    () => null,
  );
}

/** Installs the packages from PyPI once; returns the reason of a failure in one sentence. */
async function installPython(
  tool: PythonTool,
  log: (line: string) => void,
): Promise<{ readonly python: string } | { readonly failed: string }> {
  const there = await installedPython(tool);
  if (there !== null) return { python: there };
  const folder = folderOf(tool, process.env);
  const making = `${folder}.making-${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  log(`installing ${tool.packages.join(", ")} from PyPI: about a minute, once`);
  try {
    const made = await run("python3", ["-m", "venv", making]);
    if (made !== null) return { failed: `python3 cannot make a virtual environment: ${made}` };
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const got = await run(join(making, "bin", "python"), [...pip, ...tool.packages]);
    if (got !== null) return { failed: `cannot install ${tool.name}: ${got}` };
    await rename(making, folder);
    return { python: join(folder, "bin", "python") };
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Runs a program; null if it succeeds, else its last line. */
function run(program: string, parameters: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { stdio: ["ignore", "ignore", "pipe"] });
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-2000);
    });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => {
      const last = words.trim().split("\n").at(-1) ?? "";
      resolve(code === 0 ? null : last || `it ended with ${String(code)}`);
    });
  });
}

/** Command line of the script of a tool: `--install`. */
export async function installFromCommandLine(tool: PythonTool): Promise<void> {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  if (process.argv[2] === "--install") {
    const installed = await installPython(tool, log);
    log("failed" in installed ? installed.failed : installed.python);
    process.exitCode = "failed" in installed ? 3 : 0;
  } else {
    log(`Usage: node ${tool.script} --install`);
    process.exitCode = 2;
  }
}
