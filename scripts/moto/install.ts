import { spawn } from "node:child_process";
import { access, constants, mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** A release on PyPI; the table scenarios/instances.yaml is of the same one. */
const VERSION = "5.2.5";

export type Variables = Readonly<Record<string, string | undefined>>;

/** The Python that has moto, in a virtual environment kept for every later run of this user. */
function pythonPath(env: Variables): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "assay", `moto-${VERSION}`, "bin", "python");
}

/** A Python that has moto, null where it was never installed. Nothing is fetched. */
export async function findMoto(env: Variables): Promise<string | null> {
  const python = pythonPath(env);
  return access(python, constants.X_OK).then(
    () => python,
    () => null,
  );
}

/** Installs moto from PyPI, once; the reason in one sentence where that fails. */
export async function installMoto(
  env: Variables,
  log: (line: string) => void,
): Promise<{ readonly python: string } | { readonly failed: string }> {
  const there = await findMoto(env);
  if (there !== null) return { python: there };
  const python = pythonPath(env);
  const folder = dirname(dirname(python));
  const making = `${folder}.making-${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  log(`installing moto ${VERSION} from PyPI: about a minute, once`);
  try {
    const made = await run("python3", ["-m", "venv", making]);
    if (made !== null) return { failed: `python3 cannot make a virtual environment: ${made}` };
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const got = await run(join(making, "bin", "python"), [...pip, `moto[server]==${VERSION}`]);
    if (got !== null) return { failed: `moto cannot be installed: ${got}` };
    await rename(making, folder);
    return { python };
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Null where a program ends well, else its last words. */
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
