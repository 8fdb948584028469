import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { SystemRoots } from "../../src/environment/machine/roots.ts";

/**
 * Writes recorded files to a directory for one test. Paths begin with `proc/`, `sys/`, `etc/` or
 * `run/`; a value that begins with `-> ` is a symbolic link, as `/sys/dev/block` is made of.
 */
export function recorded(...trees: readonly Readonly<Record<string, string>>[]): SystemRoots {
  const folder = mkdtempSync(join(tmpdir(), "assay-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of trees.flatMap((tree) => Object.entries(tree))) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (text.startsWith("-> ")) symlinkSync(text.slice(3), path);
    else writeFileSync(path, `${text}\n`);
  }
  return {
    proc: join(folder, "proc"),
    sys: join(folder, "sys"),
    etc: join(folder, "etc"),
    run: join(folder, "run"),
  };
}

/** An EC2 instance with a gp3 volume on /dev/nvme1n1 mounted at /data, cgroup v2, EFS, Lustre. */
export const EC2 = {
  "proc/sys/kernel/osrelease": "6.1.134-150.224.amzn2023.x86_64",
  "proc/cpuinfo": [
    "processor\t: 0",
    "model name\t: Intel(R) Xeon(R) Platinum 8488C",
    "flags\t\t: fpu hypervisor",
    "",
    "processor\t: 1",
    "model name\t: Intel(R) Xeon(R) Platinum 8488C",
  ].join("\n"),
  "proc/meminfo": "MemTotal:        7906124 kB\nMemFree:          123456 kB",
  "proc/self/status": "Name:\tnode\nCpus_allowed:\tb\nCpus_allowed_list:\t0-1,3",
  "proc/self/cgroup": "0::/user.slice/user-1000.slice/session-1.scope",
  "proc/self/mountinfo": [
    "21 63 0:20 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw",
    "63 1 259:2 / / rw,noatime shared:1 - xfs /dev/nvme0n1p1 rw,attr2,inode64,logbufs=8",
    "30 63 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate",
    "101 63 259:1 / /data rw,relatime shared:60 - ext4 /dev/nvme1n1 rw,stripe=4",
    "110 63 0:45 / /mnt/efs rw,relatime shared:71 - nfs4 127.0.0.1:/ rw,vers=4.1,rsize=1048576",
    "120 63 0:52 / /mnt/my\\040lustre rw,relatime - lustre 10.0.1.5@tcp:/abcdbev rw,flock",
    "130 63 0:60 / /scratch rw,relatime - btrfs /dev/nvme1n1 rw,space_cache=v2",
    "140 63 0:61 / /box rw,relatime - overlay overlay rw,lowerdir=/a:/b,upperdir=/c",
    "150 63 0:62 / /box/tmp rw,nosuid - tmpfs tmpfs rw,size=1024k",
  ].join("\n"),
  "proc/diskstats": [
    " 259       0 nvme0n1 9000 0 100 0 9000 0 100 0 0 0 0",
    " 259       1 nvme1n1 2500 10 409600 700 300 5 81920 90 0 500 790 0 0 0 0 20 15",
    " 259       2 nvme0n1p1 8000 0 64 0 8000 0 32 0 0 0 0",
  ].join("\n"),
  "proc/self/mountstats": [
    "device proc mounted on /proc with fstype proc",
    "device 127.0.0.1:/ mounted on /mnt/efs with fstype nfs4 statvers=1.1",
    "\topts:\trw,vers=4.1",
    "\tevents:\t1 2 3 4",
    "\tbytes:\t500000 400000 300000 200000 123456789 987654321 30142 241127",
    "\tRPC iostats version: 1.1  p/v: 100003/4 (nfs)",
  ].join("\n"),
  "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc",
  "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
  "sys/class/dmi/id/sys_vendor": "Amazon EC2",
  "sys/class/dmi/id/product_name": "m7i.large",
  "sys/fs/cgroup/user.slice/memory.max": "4294967296",
  "sys/fs/cgroup/user.slice/cpu.max": "max 100000",
  "sys/fs/cgroup/user.slice/user-1000.slice/memory.max": "max",
  "sys/fs/cgroup/user.slice/user-1000.slice/cpu.max": "150000 100000",
  "sys/fs/cgroup/user.slice/user-1000.slice/session-1.scope/memory.max": "8589934592",
};

const NVME1 = "sys/devices/pci0000:00/0000:00:1f.0/nvme/nvme1/nvme1n1";
const NVME0 = "sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1";

/** The block devices of {@link EC2} in sysfs: NVMe volumes of EBS. */
export const EC2_BLOCK = {
  "sys/dev/block/259:1": `-> ../../../${NVME1}`,
  "sys/dev/block/259:2": `-> ../../../${NVME0}/nvme0n1p1`,
  "sys/class/block/nvme1n1": `-> ../../../${NVME1}`,
  [`${NVME1}/dev`]: "259:1",
  [`${NVME1}/device`]: "-> ../../nvme1",
  [`${dirname(NVME1)}/model`]: "Amazon Elastic Block Store              ",
  [`${dirname(NVME1)}/serial`]: "vol0123456789abcdef0",
  [`${NVME1}/size`]: "209715200",
  [`${NVME1}/queue/scheduler`]: "[none] mq-deadline kyber bfq",
  [`${NVME1}/queue/rotational`]: "0",
  [`${NVME1}/queue/logical_block_size`]: "512",
  [`${NVME1}/queue/physical_block_size`]: "4096",
  [`${NVME1}/queue/nr_requests`]: "63",
  [`${NVME1}/queue/max_sectors_kb`]: "256",
  [`${NVME1}/queue/read_ahead_kb`]: "128",
  [`${NVME0}/dev`]: "259:0",
  [`${NVME0}/size`]: "16777216",
  [`${NVME0}/queue/scheduler`]: "none",
  [`${NVME0}/nvme0n1p1/dev`]: "259:2",
  [`${NVME0}/nvme0n1p1/partition`]: "1",
  [`${NVME0}/nvme0n1p1/size`]: "16000000",
};

const OSC = "sys/kernel/debug/lustre/osc";

/** Statistics of a Lustre client with two object targets, and of another file system. */
export const LUSTRE = {
  [`${OSC}/abcdbev-OST0000-osc-ffff8881/stats`]: [
    "snapshot_time             1700000000.123456789 secs.nsecs",
    "req_waittime              100 samples [usecs] 50 2000 45000 40000000",
    "read_bytes                12 samples [bytes] 4096 1048576 8392704 9000000000000",
    "write_bytes               3 samples [bytes] 4096 4096 12288 50331648",
  ].join("\n"),
  [`${OSC}/abcdbev-OST0001-osc-ffff8881/stats`]:
    "read_bytes                1 samples [bytes] 1000 1000 1000 1000000",
  [`${OSC}/other-OST0000-osc-ffff8882/stats`]:
    "read_bytes                1 samples [bytes] 7777 7777 7777 60481729",
};
