import { chownSync, linkSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FILE, type World } from "./attacks.ts";

/** Puts a foreign file under a name of the run; returns the path whose data must not change. */
export const FOREIGN_FILES: readonly {
  readonly name: string;
  put(world: World): string;
}[] = [
  {
    name: "a file is a hard link of a foreign one",
    put: ({ root, outside }) => {
      rmSync(join(root, FILE));
      linkSync(join(outside, FILE), join(root, FILE));
      return join(outside, FILE);
    },
  },
  {
    name: "the manifest is a hard link of a foreign one",
    put: ({ root, outside }) => {
      rmSync(join(root, "manifest.json"));
      linkSync(join(outside, "manifest.json"), join(root, "manifest.json"));
      return join(outside, "manifest.json");
    },
  },
  {
    name: "the manifest's draft is a hard link of a foreign one",
    put: ({ root, outside }) => {
      linkSync(join(outside, "manifest.json"), join(root, "manifest.json.new"));
      return join(outside, "manifest.json");
    },
  },
  {
    name: "a file was replaced by an older one",
    put: ({ root, outside }) => {
      renameSync(join(outside, FILE), join(root, FILE));
      return join(root, FILE);
    },
  },
  {
    name: "a file was replaced by an older and smaller one",
    put: ({ root, outside }) => {
      truncateSync(join(outside, FILE), 100);
      renameSync(join(outside, FILE), join(root, FILE));
      return join(root, FILE);
    },
  },
  {
    name: "a file was replaced by an older and larger one",
    put: ({ root, outside }) => {
      truncateSync(join(outside, FILE), 100_000);
      renameSync(join(outside, FILE), join(root, FILE));
      return join(root, FILE);
    },
  },
  {
    name: "a file was replaced by one of another user",
    put: ({ root }) => {
      rmSync(join(root, FILE));
      writeFileSync(join(root, FILE), Buffer.alloc(8192, 7));
      chownSync(join(root, FILE), 12_345, 12_345);
      return join(root, FILE);
    },
  },
  {
    name: "a file was replaced by a larger one",
    put: ({ root }) => {
      rmSync(join(root, FILE));
      writeFileSync(join(root, FILE), Buffer.alloc(8193, 7));
      return join(root, FILE);
    },
  },
];
