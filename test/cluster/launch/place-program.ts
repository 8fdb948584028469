/**
 * A stand-in for an agent, in tests of launchers: writes its place and a hash of its standard input
 * to `FOLDER/<rank>.json`. Arguments: FOLDER, then what to do next (`end`, `wait`, `fail-RANK`).
 * `wait`: until a signal; then it takes a second to write `FOLDER/<rank>.cleaned`.
 */
import { createHash } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { placeOf } from "../../../src/cluster/launch/rank.ts";

const [folder = ".", then = "end", ...rest] = process.argv.slice(2);
const place = placeOf(process.env);
const explicit = rest.indexOf("--rank");
const rank = explicit === -1 ? place?.rank : Number(rest[explicit + 1]);
const signal = Promise.withResolvers<string>();
for (const one of ["SIGTERM", "SIGUSR2"] as const) process.on(one, () => signal.resolve(one));
const input = await text(process.stdin);
const sha256 = createHash("sha256").update(input).digest("hex");
const node = process.env.SLURMD_NODENAME ?? null;
const found = { place, sha256, node, words: rest, pid: process.pid };
writeFileSync(`${folder}/${rank}.new`, JSON.stringify(found));
renameSync(`${folder}/${rank}.new`, `${folder}/${rank}.json`);
if (then === `fail-${rank}`) {
  process.stderr.write("the coordinator runs assay 9.9.9, this is 1.2.3\n");
  process.exit(3);
}
if (then !== "end") {
  const alive = setInterval(() => {}, 1000);
  const name = await signal.promise;
  await sleep(1000);
  clearInterval(alive);
  writeFileSync(`${folder}/${rank}.cleaned`, name);
}
