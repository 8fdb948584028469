import { codeOf } from "../../../src/model/fault/errors.ts";
import { runChild } from "./child.ts";

const BUILD = "scripts/bench/peers.md describes how to build it";

/** Programs that assay is compared with, and how to get one that is missing. */
const PROGRAMS = {
  fio: "`apt install fio` installs it",
  elbencho: BUILD,
  warp: BUILD,
} as const;
export type ProgramName = keyof typeof PROGRAMS;
export const PROGRAM_NAMES = Object.keys(PROGRAMS) as readonly ProgramName[];

/** Paths or names of programs. */
export type ProgramPaths = Readonly<Record<ProgramName, string>>;

/** A program that is installed. */
export interface Program {
  readonly path: string;
  /** Name and version: `fio 3.33`. */
  readonly title: string;
}

/** The programs, null for those that are not installed. */
export type Programs = Readonly<Record<ProgramName, Program | null>>;

export async function findPrograms(paths: ProgramPaths, signal: AbortSignal): Promise<Programs> {
  const found = PROGRAM_NAMES.map(
    async (name) => [name, await findProgram(name, paths[name], signal)] as const,
  );
  return Object.fromEntries(await Promise.all(found)) as Programs;
}

/** Asks a program for its version; null if it is not installed. */
export async function findProgram(
  name: ProgramName,
  path: string,
  signal: AbortSignal,
): Promise<Program | null> {
  try {
    const { code, stdout } = await runChild([path, "--version"], signal);
    return code === 0 ? { path, title: titleOf(name, stdout) } : null;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "EACCES") return null;
    throw error;
  }
}

/** Name and version; a program that was built from a checkout may not know its version. */
export function titleOf(name: ProgramName, text: string): string {
  const version = /\d+\.\d[\w.-]*/.exec(text)?.[0];
  return version === undefined ? name : `${name} ${version}`;
}

/** The cells that a missing program leaves out, and how to get it, in one sentence. */
export function leftOut(name: ProgramName, cells: readonly string[]): string {
  return (
    `${name} is not installed, so these cells were left out: ${cells.join(", ")}; ` +
    `${PROGRAMS[name]}, and \`--${name} <program>\` names one that is not on the PATH`
  );
}

/** The program of a cell, which is measured only if it is installed. */
export function required(programs: Programs, name: ProgramName): Program {
  const program = programs[name];
  if (program === null) throw new Error(leftOut(name, ["this one"]));
  return program;
}
