import { mkdir, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { credentialsText, type MeetingPlace } from "../../cluster/dial/credentials.ts";
import type { GroupSecrets } from "../../cluster/dial/users.ts";
import { codeOf, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";

const COORDINATOR = "coordinator.json";
const AGENTS = "agents.json";

/** Credentials files of a server. */
export interface CredentialsFiles {
  readonly coordinator: string;
  readonly agents: string;
  /** Removes them, and the directory if it was made for them and has nothing else. */
  remove(): Promise<void>;
}

/** Refuses a directory that already has credentials. @throws UsageError */
export async function checkFolder(folder: string): Promise<void> {
  for (const name of [COORDINATOR, AGENTS]) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null) throw existsError(path);
  }
}

/**
 * Writes the credentials of the coordinator and the agents, readable by this user only.
 * @throws UsageError if a file exists, PreflightError if it cannot be written
 */
export async function writeCredentials(
  folder: string,
  place: MeetingPlace,
  { coordinator, secret }: GroupSecrets,
): Promise<CredentialsFiles> {
  const isNew = await makeFolder(folder);
  const written: string[] = [];
  const remove = async () => {
    for (const path of written.splice(0)) await rm(path, { force: true });
    // Files of others keep the directory.
    if (isNew) await rmdir(folder).catch(() => {});
  };
  const write = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600, flag: "wx" }).catch(async (error) => {
      if (codeOf(error) === "EEXIST") throw existsError(path);
      // A full disk leaves a part of it.
      await rm(path, { force: true });
      throw unwritten(path, error);
    });
    written.push(path);
    return path;
  };
  try {
    return {
      coordinator: await write(COORDINATOR, credentialsText(place, secret, coordinator)),
      agents: await write(AGENTS, credentialsText(place, secret)),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Whether the directory did not exist before. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw unwritten(folder, error);
  }
}

function existsError(path: string): UsageError {
  return new UsageError(
    `${path} exists and may be in use; remove it, or name another directory with --credentials`,
  );
}

function unwritten(path: string, error: unknown): PreflightError {
  return new PreflightError(`cannot write credentials to ${path}: ${messageOf(error)}`);
}
