import type { z } from "zod";
import { salvage } from "../../yaml/problems.ts";
import { locate, type Path, type Position, valueAt, type YamlSource } from "../../yaml/yaml.ts";
import type { SettingsText } from "../schema/schema.ts";
import { LIMITS, LOAD, rivals, WHAT } from "./set.ts";

export type Field = keyof SettingsText;

/** Settings from one part of the input. A broken field was said but could not be read. */
export interface Layer {
  readonly values: SettingsText;
  readonly broken: ReadonlySet<string>;
  readonly places: Readonly<Record<string, Position>>;
}

/** Settings of one phase after the stronger layers have covered the weaker ones. */
export interface Merged extends Layer {
  /** One limit or one operation said twice in one place, by field. */
  readonly twice: readonly { readonly field: Field; readonly other: Field }[];
}

export const EMPTY_LAYER: Layer = { values: {}, broken: new Set(), places: {} };

/** The settings found at a path of a source. */
export function layerAt(source: YamlSource, path: Path, schema: z.ZodType<SettingsText>): Layer {
  const input = valueAt(source.value, path);
  const { value, broken } = salvage(schema, input);
  const places = Object.keys(Object(input)).map((key): [string, Position] => [
    key,
    locate(source, [...path, key], "value"),
  ]);
  return { values: value ?? {}, broken, places: Object.fromEntries(places) };
}

/** A layer without some of its fields. */
export function withoutFields(layer: Layer, fields: readonly string[]): Layer {
  const keep = ([key]: [string, unknown]) => !fields.includes(key);
  return {
    values: Object.fromEntries(Object.entries(layer.values).filter(keep)),
    broken: new Set([...layer.broken].filter((field) => !fields.includes(field))),
    places: Object.fromEntries(Object.entries(layer.places).filter(keep)),
  };
}

/** Merges layers, strongest first; a limit of a stronger layer replaces any of a weaker one. */
export function merge(layers: readonly Layer[]): Merged {
  let values: SettingsText = {};
  const broken = new Set<string>();
  const places: Record<string, Position> = {};
  const twice: { field: Field; other: Field }[] = [];
  for (const layer of layers) {
    const taken = new Set(Object.keys(places));
    const fields = Object.keys(layer.places).filter(
      (field) => !taken.has(field) && !rivals(field).some((rival) => taken.has(rival)),
    );
    const gained = Object.entries(layer.values).filter(([field]) => fields.includes(field));
    values = { ...values, ...Object.fromEntries(gained) };
    for (const field of fields) {
      const place = layer.places[field];
      if (place !== undefined) places[field] = place;
      if (layer.broken.has(field)) broken.add(field);
    }
    for (const group of [LIMITS, WHAT, LOAD]) {
      const [other, ...rest] = group.filter((field) => fields.includes(field));
      if (other !== undefined) for (const field of rest) twice.push({ field, other });
    }
  }
  return { values, broken, places, twice };
}
