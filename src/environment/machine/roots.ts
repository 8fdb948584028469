import { readdirSync, readFileSync } from "node:fs";

/** Where the kernel shows itself; tests point this at recorded trees. */
export interface SystemRoots {
  readonly proc: string;
  readonly sys: string;
  readonly etc: string;
  readonly run: string;
}

export const SYSTEM_ROOTS: SystemRoots = { proc: "/proc", sys: "/sys", etc: "/etc", run: "/run" };

/** A kernel file without the spaces around it, null where it is missing, unreadable or empty. */
export function readText(path: string): string | null {
  try {
    const text = readFileSync(path, "utf8").trim();
    return text === "" ? null : text;
  } catch {
    return null;
  }
}

/** A kernel file that holds one number. */
export function readNumber(path: string): number | null {
  const text = readText(path);
  if (text === null) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Which of several words a kernel file has in brackets: `none` of `[none] mq-deadline`. */
export function readChoice(path: string): string | null {
  const text = readText(path);
  return text === null ? null : (/\[(.+?)\]/.exec(text)?.[1] ?? text);
}

/** Names in a folder, in order; empty where it cannot be read. */
export function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
