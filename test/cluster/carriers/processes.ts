import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

interface ProcessState {
  readonly state: string;
  readonly parent: number;
}

function stateOf(pid: number): ProcessState | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return null;
  }
}

/** Whether a process exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  const state = stateOf(pid)?.state;
  return state !== undefined && state !== "Z" && state !== "X";
}

export function parentOf(pid: number): number {
  const parent = stateOf(pid)?.parent;
  if (parent === undefined) throw new Error(`no process ${pid}`);
  return parent;
}

/** Returns the child of this process whose command line has `word`. */
export function childWith(word: string): number {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  const found = pids.find((pid) => {
    if (stateOf(pid)?.parent !== process.pid) return false;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(word);
  });
  if (found === undefined) throw new Error(`no child process with ${word}`);
  return found;
}

/** Waits until processes are gone; returns the milliseconds. Fails after `limitMs`. */
export async function goneWithin(pids: readonly number[], limitMs: number): Promise<number> {
  const beganMs = performance.now();
  for (;;) {
    const passedMs = performance.now() - beganMs;
    const alive = pids.filter(isAlive);
    if (alive.length === 0) return passedMs;
    if (passedMs > limitMs) throw new Error(`still running after ${limitMs} ms: ${alive}`);
    await sleep(5);
  }
}

/** Returns the process that sshd at an address started, whose environment has `variable`. */
export function remoteProcess(address: string, variable: string): number {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  const found = pids.find((pid) => {
    const values = environmentOf(pid);
    const connection = values.find((one) => one.startsWith("SSH_CONNECTION="));
    return connection?.split(" ")[2] === address && values.includes(variable);
  });
  if (found === undefined) throw new Error(`no agent at ${address}`);
  return found;
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Returns the processes whose program has a name, and whose words include all of these. */
export function processesWith(program: string, ...words: readonly string[]): readonly number[] {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    const [first = "", ...rest] = commandOf(pid);
    const isProgram = first === program || first.endsWith(`/${program}`);
    return isProgram && words.every((word) => rest.includes(word)) && isAlive(pid);
  });
}

/** Returns the words of a process's command; none if it has ended. */
function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Returns the processes whose command line or environment has a text. */
export function processesThatShow(text: string): readonly number[] {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.filter((pid) =>
    [...commandOf(pid), ...environmentOf(pid)].some((word) => word.includes(text)),
  );
}
