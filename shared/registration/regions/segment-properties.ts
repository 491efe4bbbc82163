/** Names of segments as Neuroglancer shows them (SEGMENTATION-AND-MESH section 6); colours go into the state. */
import type { Json } from '../../engine/records.ts';
import type { Ontology } from './ontology.ts';

export function segmentProperties(ontology: Ontology): Json {
  const regions = [...ontology.values()];
  return {
    '@type': 'neuroglancer_segment_properties',
    inline: {
      ids: regions.map(({ id }) => id),
      properties: [
        { id: 'label', type: 'label', values: regions.map(({ acronym }) => acronym) },
        { id: 'description', type: 'description', values: regions.map(({ name }) => name) },
      ],
    },
  };
}

export const segmentColors = (ontology: Ontology): Record<string, string> =>
  Object.fromEntries(
    [...ontology.values()].flatMap(({ id, colour }) => (colour === undefined ? [] : [[id, colour]])),
  );
