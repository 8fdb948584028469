import type { Run } from "../../../src/model/run/run.ts";
import { runSchema } from "../../../src/run/schema/run.ts";

/** Names that a page must not obey; each calls `trap` if it does. */
export const HOSTILE: readonly string[] = [
  `<script>trap=1</script>`,
  `"><img src=x onerror="trap=2">`,
  `' onmouseover='trap=3' x='`,
  `]]><svg onload=trap(4)>`,
  `--><iframe srcdoc="<script>parent.trap=5</script>">`,
  `</title></text></style></script><script>trap=6</script>`,
  `javascript:trap=7`,
  `data:text/html,<script>trap=8</script>`,
  `&lt;script&gt;trap=9&lt;/script&gt;&#60;b&#62;`,
  `\u202egnp.exe\u2066 <b>bold`,
  `{{trap=10}} \${trap=10} <%= trap %>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=trap=11>`,
  `\ud800 \ufffe \u0000 \u001b[31m`,
  "`<base href=//example.invalid>`",
  `🔥 שלום مرحبا ${"long".repeat(60)}`,
  "toString",
  "__proto__",
  `<link rel=stylesheet href=//example.invalid><meta http-equiv=refresh content=0>`,
];

/** Where a text is in a run: keys of objects and positions in lists. */
type Path = readonly (string | number)[];

/** Places of all texts of a run that may hold any text: the schema accepts another one there. */
export function freeTexts(run: Run): readonly Path[] {
  const free: Path[] = [];
  for (const path of textsIn(run, [])) {
    const read = runSchema.safeParse(withTexts(run, [path], () => "x <y> z"));
    if (read.success) free.push(path);
  }
  return free;
}

/** A run with other texts at some places. */
export function withTexts(run: Run, paths: readonly Path[], text: (at: number) => string): Run {
  const copy = structuredClone(run);
  for (const [at, path] of paths.entries()) {
    let place: unknown = copy;
    for (const key of path.slice(0, -1)) place = Reflect.get(place as object, key);
    Reflect.set(place as object, path.at(-1) ?? "", text(at));
  }
  return copy;
}

function textsIn(value: unknown, path: Path): readonly Path[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => textsIn(Reflect.get(value, key), [...path, key]));
}
