/** A coordinator whose hosts execute a call that only an abort ends; prints their process ids. */
import { commandChannel } from "../../src/cluster/carriers/command.ts";
import { openSsh } from "../../src/cluster/carriers/ssh.ts";
import { parseHostList } from "../../src/cluster/host-list.ts";
import { join } from "../../src/cluster/roster.ts";
import { JOIN } from "./options.ts";

const [list = "", agent = "", ...ssh] = process.argv.slice(2);
const remote = [process.execPath, agent];
const hosts = parseHostList(list);
const roster = await join(hosts, {
  ...JOIN,
  minHosts: hosts.length,
  connect: (host) =>
    host.kind === "ssh" ? openSsh(host, { ssh, remote }) : commandChannel(remote, () => "ended"),
});
const begun = roster.sessions.map(
  (session) =>
    new Promise<void>((event) => void session.call("wait", null, { event: () => event() })),
);
await Promise.all(begun);
process.stdout.write(`${JSON.stringify(roster.sessions.map(({ hello }) => hello.pid))}\n`);
await new Promise(() => setInterval(() => {}, 1000));
