import { readHostLimits } from "../environment/machine/host-limits.ts";
import { EXIT } from "../model/fault/errors.ts";
import type { HostLimits } from "../model/target/host-limits.ts";

/** Descriptors and threads without which not even the smallest run can be made. */
const MIN_OPEN_FILES = 40;
const MIN_THREADS = 8;

/**
 * Why no command can be run under the limits of this process, one sentence; null where one can.
 * Below these limits Node fails in ways that no code of ours can explain any more.
 */
function startObstacle(limits: HostLimits): string | null {
  const { openFiles, threads } = limits;
  if (openFiles !== null && openFiles < MIN_OPEN_FILES) {
    return (
      `assay needs at least ${MIN_OPEN_FILES} open files (EMFILE), and \`ulimit -n\` is ` +
      `${openFiles}; raise it`
    );
  }
  if (threads !== null && threads.used + MIN_THREADS > threads.limit) {
    return (
      `no more threads can be started (EAGAIN): assay needs ${MIN_THREADS} more, this user has ` +
      `${threads.used}, and \`ulimit -u\` is ${threads.limit}; raise it, or end other programs`
    );
  }
  return null;
}

/** Says on stderr why no command can be run, and returns the exit code; null where one can. */
export function refuseStart(): number | null {
  const obstacle = startObstacle(readHostLimits());
  if (obstacle === null) return null;
  process.stderr.write(`${obstacle}\n`);
  return EXIT.machine;
}
