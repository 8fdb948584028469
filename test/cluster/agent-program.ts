/**
 * An agent as `assay agent` is, with the methods of the tests. Writes its end to stderr. With
 * ASSAY_TEST_DIAL it dials a server.
 */
import { makeHello } from "../../src/cluster/hello.ts";
import { openLink } from "../../src/cluster/link/link.ts";
import { serve } from "../../src/cluster/serve.ts";
import { SYSTEM_ROOTS } from "../../src/environment/machine/roots.ts";
import { METHODS } from "./methods.ts";

process.stdout.write = process.stderr.write.bind(process.stderr);
const version = process.env.ASSAY_TEST_VERSION ?? "1.2.3";
const hello = makeHello(version, process.env, SYSTEM_ROOTS);
const { ASSAY_TEST_DIAL: dial } = process.env;
const { incarnation, hostName } = hello;
const way = dial === undefined ? null : { ...JSON.parse(dial), incarnation, hostName };
const why = await serve(openLink(way), hello, METHODS);
process.stderr.write(`${why}\n`);
process.exit(why === "bye" ? 0 : 3);
