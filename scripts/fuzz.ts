import { runCommand } from "./fuzz/command.ts";
import { serveJobs } from "./fuzz/worker.ts";

if (import.meta.main) {
  const [first, progressPath = "", ...rest] = process.argv.slice(2);
  if (first === "--worker") serveJobs(progressPath);
  else process.exitCode = await runCommand(process.argv.slice(2, 4).concat(rest));
}
