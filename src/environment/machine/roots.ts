import { readdirSync, readFileSync } from "node:fs";

/** Root directories of kernel and system files; tests pass recorded trees. */
export interface SystemRoots {
  readonly proc: string;
  readonly sys: string;
  readonly etc: string;
  readonly run: string;
}

export const SYSTEM_ROOTS: SystemRoots = { proc: "/proc", sys: "/sys", etc: "/etc", run: "/run" };

/** Reads a kernel file, trimmed; null if it is missing, unreadable or empty. */
export function readText(path: string): string | null {
  try {
    const text = readFileSync(path, "utf8").trim();
    return text === "" ? null : text;
  } catch {
    return null;
  }
}

/** Reads a kernel file that contains one number; null if it is missing or not a number. */
export function readNumber(path: string): number | null {
  const text = readText(path);
  if (text === null) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Reads the selected word of a kernel file: `none` of `[none] mq-deadline`. */
export function readChoice(path: string): string | null {
  const text = readText(path);
  return text === null ? null : (/\[(.+?)\]/.exec(text)?.[1] ?? text);
}

/** Names in a directory, sorted; empty if it cannot be read. */
export function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
