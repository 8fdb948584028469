import { refuseStart } from "./cli/start.ts";
import { leaveAtOnce } from "./posix/leave.ts";

/** `stuck`: a thread is known to be blocked, so the exit code may have to be that of SIGKILL. */
function leave(code: number, stuck: boolean): void {
  leaveAtOnce(code);
  if (stuck) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}

const refused = refuseStart();
if (refused !== null) process.exit(refused);
const { runCli } = await import("./cli/program.ts");
process.exit(await runCli(process.argv.slice(2), leave));
