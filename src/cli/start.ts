import { readHostLimits } from "../environment/machine/host-limits.ts";
import { EXIT } from "../model/fault/errors.ts";
import type { HostLimits } from "../model/target/host-limits.ts";

/** Minimum number of file descriptors and threads for the smallest run. */
const MIN_OPEN_FILES = 40;
const MIN_THREADS = 8;

/**
 * Returns which limit of this process prevents every command, one sentence; null if none does.
 * Below these limits Node fails in ways that assay cannot explain.
 */
function startObstacle(limits: HostLimits): string | null {
  const { openFiles, threads } = limits;
  if (openFiles !== null && openFiles < MIN_OPEN_FILES) {
    return (
      `assay needs at least ${MIN_OPEN_FILES} open files (EMFILE), but \`ulimit -n\` is ` +
      `${openFiles}; raise it`
    );
  }
  if (threads !== null && threads.used + MIN_THREADS > threads.limit) {
    return (
      `too few threads (EAGAIN): assay needs ${MIN_THREADS} more, but this user has ` +
      `${threads.used} and \`ulimit -u\` is ${threads.limit}; raise it or end other programs`
    );
  }
  return null;
}

/** Prints why no command can run, and returns the exit code; null if commands can run. */
export function refuseStart(): number | null {
  const obstacle = startObstacle(readHostLimits());
  if (obstacle === null) return null;
  process.stderr.write(`${obstacle}\n`);
  return EXIT.machine;
}
