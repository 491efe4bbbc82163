/** The tree of an atlas's regions, from Allen's JSON or a CSV. */
import { z } from 'zod';
import { RegistrationInputError } from '../errors.ts';
import { csvRows } from '../files/csv.ts';

export interface Region {
  /** As text: ids may be above 2^53. */
  readonly id: string;
  readonly acronym: string;
  readonly name: string;
  readonly parent: string | undefined;
  /** `#rrggbb`. */
  readonly colour: string | undefined;
}

/** In the order of the file: parents before their children in Allen's. */
export type Ontology = ReadonlyMap<string, Region>;

const id = z.union([z.number().int().nonnegative(), z.string().regex(/^\d+$/)]).transform(String);

interface Node {
  readonly id: string;
  readonly acronym?: string | undefined;
  readonly name?: string | undefined;
  readonly color_hex_triplet?: string | undefined;
  readonly parent_structure_id?: string | null | undefined;
  readonly children?: readonly Node[] | undefined;
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    id,
    acronym: z.string().optional(),
    name: z.string().optional(),
    color_hex_triplet: z.string().optional(),
    parent_structure_id: id.nullish(),
    children: z.array(node).optional(),
  }),
);

/** Bytes of a `.json` or `.csv`; `where` names the file in errors. @throws RegistrationInputError */
export function parseOntology(bytes: Uint8Array, where: string): Ontology {
  const text = new TextDecoder().decode(bytes);
  const regions = /^\s*[[{]/.test(text) ? fromJson(text, where) : fromCsv(text, where);
  const found = new Map(regions.map((region) => [region.id, region]));
  if (found.size === 0) throw new RegistrationInputError(`${where} names no regions`);
  return found;
}

/** Allen's download wraps the tree in `msg`; a list of nodes that name their parents will do as well. */
function fromJson(text: string, where: string): Region[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RegistrationInputError(`${where} is not JSON (${(cause as Error).message})`, { cause });
  }
  const inner = z.looseObject({ msg: z.unknown() }).safeParse(value);
  const roots = inner.success && inner.data.msg !== undefined ? inner.data.msg : value;
  const parsed = z.array(node).safeParse(Array.isArray(roots) ? roots : [roots]);
  if (!parsed.success)
    throw new RegistrationInputError(`${where} is no ontology:\n${z.prettifyError(parsed.error)}`);
  return parsed.data.flatMap((root) => flat(root, root.parent_structure_id ?? undefined));
}

const flat = (own: Node, parent: string | undefined): Region[] => [
  {
    id: own.id,
    acronym: own.acronym ?? own.id,
    name: own.name ?? own.acronym ?? own.id,
    parent,
    colour: colourOf(own.color_hex_triplet),
  },
  ...(own.children ?? []).flatMap((child) => flat(child, own.id)),
];

const colourOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^#?[0-9a-f]{6}$/i.test(text) ? `#${text.replace('#', '').toLowerCase()}` : undefined;

/** Columns by name: id, acronym, name, parent_id or parent_structure_id, colour or color_hex_triplet. */
function fromCsv(text: string, where: string): Region[] {
  const [head, ...rows] = csvRows(text);
  const column = (...names: string[]): number =>
    (head ?? []).findIndex((name) => names.includes(name.trim().toLowerCase()));
  const idAt = column('id');
  if (idAt < 0)
    throw new RegistrationInputError(`${where} has no column "id"; found ${(head ?? []).join(', ')}`);
  const [acronymAt, nameAt] = [column('acronym'), column('name', 'safe_name')];
  const parentAt = column('parent_id', 'parent_structure_id');
  const colourAt = column('colour', 'color', 'color_hex_triplet');
  return rows
    .filter((row) => row[idAt]?.trim())
    .map((row) => {
      const own = row[idAt]!.trim();
      const acronym = row[acronymAt]?.trim() || own;
      return {
        id: own,
        acronym,
        name: row[nameAt]?.trim() || acronym,
        parent: row[parentAt]?.trim() || undefined,
        colour: colourOf(row[colourAt]?.trim()),
      };
    });
}

/** The region and all above it, itself first; a parent that is not there ends it. */
export function lineage(ontology: Ontology, own: string): string[] {
  const found: string[] = [];
  for (
    let at: string | undefined = own;
    at !== undefined && !found.includes(at);
    at = ontology.get(at)?.parent
  )
    found.push(at);
  return found;
}
