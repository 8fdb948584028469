import { isatty } from "node:tty";
import type { Argv } from "yargs";
import { EXIT, UsageError } from "../../model/fault/errors.ts";
import { printableJson } from "../../model/printable.ts";
import { type Command, flag, texts } from "../command.ts";
import { natsOptions } from "../hosts/dial-options.ts";

/** Time to stop the load and to clean the target after a signal. */
const ENDS_WITHIN_MS = 75_000;

const GROUP = "Agent:";

/** `assay agent`: one host of a run on several hosts. */
export const AGENT: Command = {
  endsItself: true,
  usage: "agent",
  summary: "take part in a run on several hosts",
  examples: [
    ["$0 agent", "Read messages from stdin and write them to stdout, as ssh starts it"],
    ["$0 agent --allow /mnt/efs --allow s3://bucket/bench", "Use no other storage"],
    ["$0 agent --nats-credentials agents.json --allow /mnt/efs", "Dial a server, load /mnt/efs"],
    ["$0 agent --hello", "Print the description of this host that a coordinator gets"],
  ],
  options: (parser: Argv) =>
    natsOptions(
      parser
        .option("rank", {
          type: "string",
          group: GROUP,
          nargs: 1,
          describe: "place among all agents, from 0",
          defaultDescription: "that of the launcher, or assigned",
        })
        .option("join-timeout", {
          type: "string",
          group: GROUP,
          nargs: 1,
          describe: "maximum time for the run to start",
          defaultDescription: "10m",
        })
        .option("hello", {
          type: "boolean",
          group: GROUP,
          describe: "print the description of this host and exit",
        })
        .option("allow", {
          type: "string",
          group: GROUP,
          nargs: 1,
          array: true,
          describe:
            "storage that the coordinator may use, e.g. /mnt/efs, /dev/nvme1n1 or " +
            "s3://bucket/prefix; repeatable",
          defaultDescription: "over ssh all storage, with --nats none",
        }),
    ),
  async run(parsed, { console, env, version, interrupt }) {
    const { agentDial } = await import("../hosts/agent-dial.ts");
    const { makeHello } = await import("../../cluster/hello.ts");
    const { SYSTEM_ROOTS } = await import("../../environment/machine/roots.ts");
    const hello = makeHello(version, env, SYSTEM_ROOTS);
    if (flag(parsed, "hello")) {
      await console.out(`${printableJson(hello)}\n`);
      return EXIT.ok;
    }
    const dial = await agentDial(parsed, env, hello);
    if (dial === null && isatty(0)) {
      throw new UsageError(
        "agent reads messages of a coordinator from stdin, which is a terminal; " +
          "start it with `assay run --hosts`, or add --nats",
      );
    }
    const entries = texts(parsed, "allow");
    const { readAllow } = await import("../../cluster/agent/allow.ts");
    // A user who reaches this host over ssh has a shell there; one who is dialled has not.
    const isLimited = dial !== null || entries.length > 0;
    const allow = isLimited ? await readAllow(entries, env) : null;
    // Only messages may be on stdout. Libraries that print must not end the session.
    process.stdout.write = process.stderr.write.bind(process.stderr);
    const { openLink } = await import("../../cluster/link/link.ts");
    const link = openLink(dial);
    const { agentFolder, makeAgent } = await import("../../cluster/agent/agent.ts");
    const { serve } = await import("../../cluster/serve.ts");
    interrupt.endsWithinMs = ENDS_WITHIN_MS;
    interrupt.duty = () => "stopping the load and removing its data";
    const onStuck = (): void => {
      interrupt.stuck = true;
    };
    const agent = makeAgent({ version, env, allow, onStuck });
    const why = await serve(link, hello, agent.methods, interrupt.signal);
    const isOpen = agent.lost(why === "bye" ? "it ended the session" : why);
    await agent.over();
    if (why === "bye" && !isOpen) return EXIT.ok;
    const reason = why === "bye" ? "the coordinator ended the session during a run" : why;
    const kept = isOpen ? `; results so far: ${agentFolder(env)}` : "";
    console.error(`${reason}${kept}\n`);
    return interrupt.signal.aborted ? EXIT.interrupted : EXIT.machine;
  },
};
