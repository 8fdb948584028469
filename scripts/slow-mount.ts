import { runCommand } from "./slow-mount/command.ts";

// The loop never returns to the event loop, so nothing that is left there may keep the process.
if (import.meta.main) process.exit(runCommand(process.argv.slice(2)));
