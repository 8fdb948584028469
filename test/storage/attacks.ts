import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { filesPlan, scratch } from "./support.ts";

/** Four directories of three files each. */
export const PLAN = filesPlan({
  count: 12,
  filesPerDirectory: 3,
  size: { kind: "fixed", bytes: 8192 },
});
const LEAF = "files/000001";
export const FILE = `${LEAF}/000000004.bin`;

/** A run's directory in a target, and a foreign tree with the same names. */
export interface World {
  /** The target directory. */
  readonly path: string;
  readonly root: string;
  readonly outside: string;
}

/** A foreign tree with half of the dataset's files, so that the rest could be created in it. */
export function makeWorld(): World {
  const base = scratch();
  const path = join(base, "target");
  const outside = join(base, "outside");
  mkdirSync(path);
  for (let file = 0; file < 12; file += 2) {
    const directory = join(outside, "files", `00000${Math.floor(file / 3)}`);
    mkdirSync(directory, { recursive: true });
    const name = `${String(file).padStart(9, "0")}.bin`;
    writeFileSync(join(directory, name), Buffer.alloc(8192, file + 1));
  }
  mkdirSync(join(outside, "empty"));
  writeFileSync(join(outside, "manifest.json"), "[precious]");
  for (const name of readdirSync(outside, { recursive: true, encoding: "utf8" })) {
    utimesSync(join(outside, name), 1e9, 1e9);
  }
  return { path, root: join(path, "assay-run-1"), outside };
}

/** Everything of a tree that a program could change, one line per entry. */
export function snapshot(path: string): readonly string[] {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
  return [".", ...names].map((name) => {
    const at = join(path, name);
    const { ino, mode, uid, size, nlink, mtimeNs } = lstatSync(at, { bigint: true });
    const found = lstatSync(at);
    const content = found.isSymbolicLink()
      ? readlinkSync(at)
      : found.isFile()
        ? createHash("sha256").update(readFileSync(at)).digest("hex")
        : "";
    return [name, ino, mode, uid, found.isDirectory() ? "" : size, nlink, mtimeNs, content].join(
      " ",
    );
  });
}

/** One way to redirect a run to foreign data. */
export interface Attack {
  readonly name: string;
  /** Needs root and mounts. */
  readonly mounts?: true;
  /** The run's directory, or a part of it, is no longer at its path. */
  readonly displaces?: true;
  run(world: World): void;
}

function swap(at: string, put: (at: string) => void): void {
  renameSync(at, `${at}-away`);
  put(at);
}

function mount(...args: readonly string[]): void {
  execFileSync("mount", [...args], { stdio: "pipe" });
  const at = args.at(-1) ?? "";
  onTestFinished(() => {
    try {
      execFileSync("umount", ["-l", at], { stdio: "pipe" });
    } catch {
      // Covered by another mount, or gone with it.
    }
  });
}

function links(part: string, from: (outside: string) => string): Attack["run"] {
  return ({ root, outside }) =>
    swap(join(root, part), (at) => symlinkSync(from(outside), at.replace(/\/\.$/, "")));
}

/** Every attack is tried before every step of a run. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "the run's directory is a symbolic link",
    displaces: true,
    run: ({ root, outside }) => swap(root, (at) => symlinkSync(outside, at)),
  },
  {
    name: "the run's directory is moved away",
    displaces: true,
    run: ({ root, path }) => renameSync(root, join(dirname(path), "moved")),
  },
  {
    name: "the run's directory was moved into the foreign tree's parent and replaced by a copy",
    displaces: true,
    run: ({ root }) => swap(root, (at) => cpSync(`${at}-away`, at, { recursive: true })),
  },
  {
    name: "the run's directory was removed",
    displaces: true,
    run: ({ root }) => rmSync(root, { recursive: true }),
  },
  {
    name: "the run's directory is a file",
    displaces: true,
    run: ({ root }) => swap(root, (at) => writeFileSync(at, "precious")),
  },
  {
    name: "the target directory is moved away",
    displaces: true,
    run: ({ path }) => renameSync(path, `${path}-away`),
  },
  {
    name: "the target directory is a symbolic link",
    displaces: true,
    run: ({ path, outside }) => swap(path, (at) => symlinkSync(outside, at)),
  },
  {
    name: "a foreign tree is mounted over the run's directory",
    mounts: true,
    displaces: true,
    run: ({ root, outside }) => mount("--bind", outside, root),
  },
  {
    name: "an empty file system is mounted over the target",
    mounts: true,
    displaces: true,
    run: ({ path }) => mount("-t", "tmpfs", "tmpfs", path),
  },
  {
    name: "a dataset's folder is a symbolic link",
    displaces: true,
    run: links("files", (outside) => join(outside, "files")),
  },
  {
    name: "a dataset's folder is a relative symbolic link",
    displaces: true,
    run: links("files", () => "../../outside/files"),
  },
  {
    name: "a dataset's folder is a file",
    displaces: true,
    run: ({ root }) => swap(join(root, "files"), (at) => writeFileSync(at, "precious")),
  },
  {
    name: "a foreign tree is mounted over a dataset's folder",
    mounts: true,
    displaces: true,
    run: ({ root, outside }) => mount("--bind", join(outside, "files"), join(root, "files")),
  },
  {
    name: "a directory of files is a symbolic link",
    displaces: true,
    run: links(LEAF, (outside) => join(outside, LEAF)),
  },
  {
    name: "a directory of files is moved away",
    displaces: true,
    run: ({ root, path }) => renameSync(join(root, LEAF), join(dirname(path), "moved")),
  },
  {
    name: "a foreign tree is mounted over a directory of files",
    mounts: true,
    displaces: true,
    run: ({ root, outside }) => mount("--bind", join(outside, LEAF), join(root, LEAF)),
  },
  { name: "a file is a symbolic link", run: links(FILE, (outside) => join(outside, FILE)) },
  { name: "a file is a dangling symbolic link", run: links(FILE, (o) => join(o, "empty", "new")) },
  {
    name: "a foreign file is mounted over a file",
    mounts: true,
    run: ({ root, outside }) => mount("--bind", join(outside, FILE), join(root, FILE)),
  },
  {
    name: "a file is a directory",
    run: ({ root }) => swap(join(root, FILE), (at) => mkdirSync(at)),
  },
  {
    name: "a file is a named pipe",
    run: ({ root }) => swap(join(root, FILE), (at) => execFileSync("mkfifo", [at])),
  },
  {
    name: "the manifest is a symbolic link",
    run: links("manifest.json", (outside) => join(outside, "manifest.json")),
  },
  {
    name: "the manifest is a named pipe",
    run: ({ root }) => swap(join(root, "manifest.json"), (at) => execFileSync("mkfifo", [at])),
  },
  {
    name: "the manifest's draft is a symbolic link",
    run: ({ root, outside }) =>
      symlinkSync(join(outside, "manifest.json"), join(root, "manifest.json.new")),
  },
];

/** Whether this process may mount, which takes root. */
export const CAN_MOUNT = process.geteuid?.() === 0;
