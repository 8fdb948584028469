import { runCommand } from "./slow-mount/command.ts";

// The server never returns to the event loop, so pending events must not keep the process alive.
if (import.meta.main) process.exit(runCommand(process.argv.slice(2)));
