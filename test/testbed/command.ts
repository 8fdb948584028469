import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect } from "vitest";

const ASSAY = fileURLToPath(new URL("../../bin/assay.mjs", import.meta.url));

type Variables = Readonly<Record<string, string | undefined>>;

/** A command of assay that starts a server, and everything that it leaves. */
export interface ServerCommand {
  /** Directory for everything that the command makes, so that the rest of it can be seen. */
  scratch(): string;
  environment(extra?: Readonly<Record<string, string>>): Variables;
  /** Starts the command; it is killed after the test. */
  begin(parameters: readonly string[]): ChildProcess;
  /** Runs the command to its end; rejects with `code`, `stdout` and `stderr` if it fails. */
  run(
    parameters: readonly string[],
    options?: { readonly env?: Variables; readonly cwd?: string },
  ): Promise<{ readonly stdout: string; readonly stderr: string }>;
  /** Command lines of processes with the scratch directory in them. */
  remaining(): readonly string[];
  expectNothingLeft(): Promise<void>;
}

/** Prepares the tests of one command. */
export function useCommand(name: string): ServerCommand {
  let scratch = "";
  const begun: ChildProcess[] = [];
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "assay-script-"));
  });
  // A directory per test: what a failed one leaves does not fail the others.
  afterEach(() => {
    for (const child of begun.splice(0)) child.kill("SIGKILL");
    rmSync(scratch, { recursive: true, force: true });
  });
  const environment: ServerCommand["environment"] = (extra = {}) => {
    const { ASSAY_S3_ENDPOINT: _, ...rest } = process.env;
    return { ...rest, TMPDIR: scratch, ...extra };
  };
  const remaining = () => commandLines().filter((line) => line.includes(scratch));
  return {
    scratch: () => scratch,
    environment,
    remaining,
    begin: (parameters) => {
      const child = spawn(process.execPath, [ASSAY, name, ...parameters], {
        env: environment(),
        stdio: ["ignore", "pipe", "pipe"],
      });
      begun.push(child);
      return child;
    },
    run: (parameters, options = {}) =>
      promisify(execFile)(process.execPath, [ASSAY, name, ...parameters], {
        env: environment(),
        ...options,
      }),
    expectNothingLeft: async () => {
      await expect.poll(remaining, { timeout: 20_000 }).toEqual([]);
      await expect.poll(() => readdirSync(scratch), { timeout: 20_000 }).toEqual([]);
    },
  };
}

/** Collects a child's standard output until it holds a line that matches. */
export async function untilLine(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (pattern.test(text)) return text;
  }
  throw new Error(`it ended without a line like ${pattern}: ${text}`);
}

/** Command lines of all other processes. */
function commandLines(): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    });
}

/** Local addresses (in hexadecimal, as the kernel prints them) that listen on a port. */
export function listeners(port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((path) => readFileSync(path, "utf8").split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === "0A" && local?.endsWith(suffix))
    .map(([, local]) => local?.split(":")[0] ?? "");
}
