/** Starts a cluster of Slurm, prints the path of its configuration, and waits. */
import { startSlurm } from "./slurm-cluster.ts";

const { env } = await startSlurm();
process.stdout.write(`${env.SLURM_CONF}\n`);
