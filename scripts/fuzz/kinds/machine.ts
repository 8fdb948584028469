import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { readMetadata } from "../../../src/environment/aws/instance-metadata.ts";
import {
  findCpuGroups,
  readCgroup,
  readThrottling,
} from "../../../src/environment/machine/cgroup.ts";
import { parseMountstats } from "../../../src/environment/machine/counters.ts";
import { readAllowedTicks } from "../../../src/environment/machine/cpu.ts";
import { describeMachine } from "../../../src/environment/machine/machine.ts";
import { parseMountinfo } from "../../../src/environment/machine/mount.ts";
import type { SystemRoots } from "../../../src/environment/machine/roots.ts";
import { AnsweringServer } from "./answering-server.ts";
import { type Ending, type Kind, kindOf } from "./kind.ts";
import { textLike } from "./text-cases.ts";

/** Files of the kernel that are read, with what they hold on some machine. */
const KERNEL_FILES: Readonly<Record<string, string>> = {
  "proc/cpuinfo": "processor\t: 0\nmodel name\t: Xeon 8488C\nflags\t\t: fpu hypervisor\n",
  "proc/meminfo": "MemTotal:        7906124 kB\nMemFree:          123456 kB\n",
  "proc/stat":
    "cpu  10 0 5 100 3 0 1 2 0 0\ncpu0 5 0 3 50 1 0 0 1 0 0\ncpu1 5 0 2 50 2 0 1 1 0 0\n",
  "proc/self/status": "Name:\tnode\nCpus_allowed:\tb\nCpus_allowed_list:\t0-1,3\n",
  "proc/self/cgroup": "0::/user.slice/session-1.scope\n",
  "proc/self/mountinfo":
    "30 63 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n" +
    "101 63 259:1 / /data rw,relatime shared:60 - ext4 /dev/nvme1n1 rw,stripe=4\n" +
    "120 63 0:52 / /mnt/my\\040lustre rw,relatime - lustre 10.0.1.5@tcp:/abcdbev rw,flock\n",
  "sys/fs/cgroup/user.slice/cpu.max": "150000 100000\n",
  "sys/fs/cgroup/user.slice/cpu.stat": "nr_periods 5\nnr_throttled 2\nthrottled_usec 700\n",
  "sys/fs/cgroup/user.slice/memory.max": "4294967296\n",
};

const MOUNTSTATS =
  "device 127.0.0.1:/ mounted on /mnt/efs with fstype nfs4 statvers=1.1\n\topts:\trw,vers=4.1\n" +
  "\tbytes:\t500000 400000 300000 200000 123456789 987654321 30142 241127\n";

const METADATA = [
  "t0ken",
  "i-0123456789abcdef0",
  "m7i.large",
  "eu-west-1a",
  "ami\nebs1",
  "sdf",
].map(
  (body) => `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);

/** For the metadata service of a case; it is on the loopback. */
const METADATA_MS = 400;

let folder: string | null = null;
let server: Promise<AnsweringServer> | null = null;

const names = Object.keys(KERNEL_FILES);
const changed = fc
  .constantFrom(...names)
  .chain((name) => textLike([KERNEL_FILES[name] ?? ""]).map((text) => ({ name, text })));

function tryKernel({ name, text }: { readonly name: string; readonly text: string }): Ending {
  folder ??= writeKernel();
  const path = join(folder, name);
  writeFileSync(path, text);
  try {
    const roots = rootsOf(folder);
    describeMachine(roots);
    readCgroup(roots);
    readThrottling(findCpuGroups(roots));
    readAllowedTicks(roots);
    return "result";
  } finally {
    writeFileSync(path, KERNEL_FILES[name] ?? "");
  }
}

function writeKernel(): string {
  const made = mkdtempSync(join(tmpdir(), "assay-fuzz-kernel-"));
  for (const [name, text] of Object.entries(KERNEL_FILES)) {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), text);
  }
  return made;
}

function rootsOf(at: string): SystemRoots {
  return {
    proc: join(at, "proc"),
    sys: join(at, "sys"),
    etc: join(at, "etc"),
    run: join(at, "run"),
  };
}

async function tryMetadata(answers: readonly string[]): Promise<Ending> {
  server ??= AnsweringServer.start();
  const answering = await server;
  answering.answerWith(answers);
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${answering.port}` };
  const said = await readMetadata(env, rootsOf("/nonexistent"), METADATA_MS);
  return said !== null && "unknown" in said ? "sentence" : "result";
}

/** Facts about the host: the kernel's files and the metadata of an EC2 instance. */
export const MACHINE_KINDS: readonly Kind[] = [
  kindOf({
    name: "kernel",
    weight: 8,
    cases: changed,
    attempt: tryKernel,
    async close() {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
      folder = null;
    },
  }),
  kindOf({
    name: "mounts",
    weight: 80,
    cases: textLike([KERNEL_FILES["proc/self/mountinfo"] ?? "", MOUNTSTATS]),
    attempt: (text): Ending => {
      parseMountinfo(text);
      parseMountstats(text, "/mnt/efs");
      return "result";
    },
  }),
  kindOf({
    name: "metadata",
    weight: 2,
    cases: fc.array(textLike(METADATA), { minLength: 1, maxLength: 8 }),
    attempt: tryMetadata,
    async close() {
      await (await server)?.close();
      server = null;
    },
  }),
];
