import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { FACES, LAYERS } from "./folders.ts";
import { importsOf, isFile, layerOf, loadsOf, ROOT, read, sources } from "./tree.ts";

describe("layers", () => {
  test("the table names exactly the existing directories, and only each other", () => {
    const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true }).map((entry) =>
      basename(entry.name, ".ts"),
    );
    expect(Object.keys(LAYERS).sort()).toEqual(folders.sort());
    const allowed = new Set(Object.values(LAYERS).flat());
    expect([...allowed].filter((layer) => !(layer in LAYERS))).toEqual([]);
  });

  test("imports only go down", () => {
    const wrong = sources.flatMap((path) =>
      importsOf(path)
        .filter((target) => layerOf(target) !== layerOf(path))
        .filter((target) => !(LAYERS[layerOf(path)] ?? []).includes(layerOf(target)))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test("every permission of the table is used", () => {
    const used = new Set(
      sources.flatMap((path) => importsOf(path).map((to) => `${layerOf(path)}>${layerOf(to)}`)),
    );
    const unused = Object.entries(LAYERS).flatMap(([layer, targets]) =>
      targets.map((target) => `${layer}>${target}`).filter((pair) => !used.has(pair)),
    );
    expect(unused).toEqual([]);
  });

  test("subdirectories import each other in one direction", () => {
    const folders = [...new Set(sources.map((path) => dirname(path)))];
    const arrows = new Set(
      sources.flatMap((path) =>
        importsOf(path)
          .filter((to) => dirname(to) !== dirname(path))
          .map((to) => `${dirname(path)}>${dirname(to)}`),
      ),
    );
    const reaches = (from: string, to: string, seen: Set<string>): boolean => {
      if (seen.has(from)) return false;
      seen.add(from);
      const siblings = folders.filter((other) => dirname(other) === dirname(from));
      return siblings.some(
        (next) => arrows.has(`${from}>${next}`) && (next === to || reaches(next, to, seen)),
      );
    };
    const circles = folders.filter((folder) => reaches(folder, folder, new Set()));
    expect(circles.filter((folder) => folder !== "src")).toEqual([]);
  });

  test("a worker thread loads no package, and its engines only those of the AWS SDK", () => {
    // A package would cost every thread memory and CPU time: hdr-histogram-js alone 5 MB.
    const worker = "src/load/worker.ts";
    expect(loadsOf(worker).packages).toEqual([]);
    const lazy = loadsOf(worker, true);
    expect(lazy.files).toEqual(expect.arrayContaining(["src/engine/sdk/sdk.ts"]));
    expect(lazy.packages.filter((name) => !/^@(aws-sdk|smithy)\//.test(name))).toEqual([]);
    expect(loadsOf("src/run/store/store.ts").packages).toContain("hdr-histogram-js");
  });

  test("finds imports", () => {
    expect(importsOf("src/run/local.ts")).toContain("src/storage/index.ts");
    expect(sources.length).toBeGreaterThan(50);
  });
});

describe("directories", () => {
  const folders = [...new Set(sources.map((path) => dirname(path)))].filter((one) => one !== "src");

  function faceOf(folder: string): string {
    const names = ["index.ts", `${basename(folder)}.ts`];
    return FACES[folder] ?? names.find((name) => isFile(`${folder}/${name}`)) ?? "index.ts";
  }

  test("no directory of sources has more than 16 files", () => {
    const counts = Map.groupBy(sources, (path) => dirname(path));
    const full = [...counts].filter(([, { length }]) => length > 16).map(([folder]) => folder);
    expect(full).toEqual([]);
  });

  test("each begins its first file with two to eight sentences about its content", () => {
    const undescribed = folders.filter((folder) => {
      const face = `${folder}/${faceOf(folder)}`;
      const comment = isFile(face) ? (/^\/\*\*([\s\S]*?)\*\//.exec(read(face))?.[1] ?? "") : "";
      const sentences = comment.match(/[.:](?=\s|$)/g)?.length ?? 0;
      return sentences < 2 || sentences > 8;
    });
    expect(undescribed).toEqual([]);
  });

  test("the table of first files has no needless entry", () => {
    const needless = Object.keys(FACES).filter(
      (folder) =>
        isFile(`${folder}/index.ts`) ||
        isFile(`${folder}/${basename(folder)}.ts`) ||
        !isFile(`${folder}/${FACES[folder]}`),
    );
    expect(needless).toEqual([]);
  });
});
