import type { Argv } from "yargs";
import { UsageError } from "../../model/fault/errors.ts";
import { type Command, text } from "../command.ts";
import { TOPICS } from "../topics.ts";

/** `assay help`: prints a page about a topic; `cli.ts` shows the help of commands itself. */
export const HELP: Command = {
  usage: "help [topic]",
  summary: `show help for a command or a topic: ${TOPICS.map(({ name }) => name).join(", ")}`,
  examples: TOPICS.map(({ name, summary }) => [`$0 help ${name}`, sentence(summary)] as const),
  options: (parser: Argv) =>
    parser.positional("topic", { type: "string", describe: "a command or a topic" }),
  async run(parsed, { console }) {
    const wanted = text(parsed, "topic");
    const topic = TOPICS.find(({ name }) => name === wanted);
    if (topic === undefined) {
      const names = TOPICS.map(({ name }) => name).join(", ");
      throw new UsageError(
        `there is no help topic ${wanted ?? ""}; expected a command or one of: ${names}`,
      );
    }
    await console.out(`${await topic.page(Math.min(100, console.pageColumns))}\n`);
    return 0;
  },
};

function sentence(summary: string): string {
  return summary.charAt(0).toUpperCase() + summary.slice(1);
}
