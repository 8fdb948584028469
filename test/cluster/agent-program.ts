/** An agent as `assay agent` is, with the methods of the tests. Writes its end to stderr. */
import { makeHello } from "../../src/cluster/hello.ts";
import { openLink } from "../../src/cluster/link/link.ts";
import { serve } from "../../src/cluster/serve.ts";
import { SYSTEM_ROOTS } from "../../src/environment/machine/roots.ts";
import { METHODS } from "./methods.ts";

process.stdout.write = process.stderr.write.bind(process.stderr);
const version = process.env.ASSAY_TEST_VERSION ?? "1.2.3";
const hello = makeHello(version, process.env, SYSTEM_ROOTS);
const why = await serve(openLink(), hello, METHODS);
process.stderr.write(`${why}\n`);
process.exit(why === "bye" ? 0 : 3);
