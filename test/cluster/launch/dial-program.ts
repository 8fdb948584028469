/**
 * An agent of Slurm with the methods of the tests: it reads the credentials from standard input,
 * takes its place from the environment, and dials.
 */
import { text } from "node:stream/consumers";
import { makeHello } from "../../../src/cluster/hello.ts";
import { placeOf } from "../../../src/cluster/launch/rank.ts";
import { openLink } from "../../../src/cluster/link/link.ts";
import { serve } from "../../../src/cluster/serve.ts";
import { SYSTEM_ROOTS } from "../../../src/environment/machine/roots.ts";
import { wayTo } from "../dial/group.ts";
import { METHODS } from "../methods.ts";

const { url, group, secret } = JSON.parse(await text(process.stdin));
const place = placeOf(process.env);
if (place === null) throw new Error("no place");
const { rank, size, attempt } = place;
const { incarnation, hostName, ...hello } = makeHello("1.2.3", process.env, SYSTEM_ROOTS);
const way = wayTo(url, group, { login: { kind: "group", secret }, rank, size, attempt });
const link = openLink({ ...way, incarnation, hostName });
const why = await serve(link, { ...hello, incarnation, hostName }, METHODS);
process.stderr.write(`${why}\n`);
process.exit(why === "bye" ? 0 : 3);
