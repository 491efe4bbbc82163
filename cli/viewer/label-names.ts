/** `--ontology`: names and colours for labels that do not bring their own. */

import { toUrl } from '../../shared/adapters/open-store.ts';
import { parseOntology } from '../../shared/registration/regions/ontology.ts';
import { segmentColors, segmentProperties } from '../../shared/registration/regions/segment-properties.ts';
import { objectAt } from '../../shared/registration/source/object-at.ts';

export interface LabelNames {
  /** `#rrggbb` by label. */
  readonly segmentColors: Readonly<Record<string, string>>;
  /** The `info` of Neuroglancer's segment properties. */
  readonly properties: string;
}

/** `.json` (Allen's) or `.csv`. Throws `RegistrationInputError`, `StoreError`. */
export async function readLabelNames(pathOrUrl: string): Promise<LabelNames> {
  const { name, bytes } = await objectAt(toUrl(pathOrUrl));
  const ontology = parseOntology(bytes, name);
  return { segmentColors: segmentColors(ontology), properties: JSON.stringify(segmentProperties(ontology)) };
}
