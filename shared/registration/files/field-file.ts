/** Images and fields of a registration as NRRD files: float32, positions in um, the origin at the centre of the first voxel. */
import type { ObjectStore } from '../../engine/ports.ts';
import { arrayFileInMemory } from '../../formats/array-file.ts';
import type { NrrdMeta } from '../../formats/nrrd/header.ts';
import { readNrrd } from '../../formats/nrrd/read.ts';
import { encodeNrrd } from '../../formats/nrrd/write.ts';
import { LANES } from '../../kernels/oracles/registration/vector-field.ts';
import { RegistrationInputError } from '../errors.ts';
import { type Grid, pointsOf } from '../grid.ts';

const COMPONENTS = 3;

export const putImage = (
  store: ObjectStore,
  key: string,
  values: Float32Array,
  grid: Grid,
  originUm: Grid['originUm'],
): Promise<boolean> => putNrrd(store, key, [...grid.size], values, spaceOf(grid, originUm, []));

/**
 * Vectors innermost, as ITK's displacement fields are: x, y, z in um, then the axes of space, then time where there are
 * several steps. `fields`: four floats a point.
 */
export function putVectors(
  store: ObjectStore,
  key: string,
  fields: readonly Float32Array[],
  grid: Grid,
  originUm: Grid['originUm'],
): Promise<boolean> {
  const points = pointsOf(grid);
  const values = new Float32Array(COMPONENTS * points * fields.length);
  fields.forEach((field, step) => {
    for (let i = 0; i < points; i++)
      for (let c = 0; c < COMPONENTS; c++)
        values[COMPONENTS * (step * points + i) + c] = field[LANES * i + c]!;
  });
  const times = fields.length === 1 ? [] : [fields.length];
  return putNrrd(
    store,
    key,
    [COMPONENTS, ...grid.size, ...times],
    values,
    spaceOf(grid, originUm, ['vector'], times.length),
  );
}

/** Four floats a point. @throws RegistrationInputError */
export async function readVectors(store: ObjectStore, key: string, grid: Grid): Promise<Float32Array> {
  const object = await store.get(key);
  const where = `${store.url}/${key}`;
  if (object === undefined) throw new RegistrationInputError(`${where} is not there: register again.`);
  const { data, shape } = await readNrrd(arrayFileInMemory(where, object.bytes));
  const points = pointsOf(grid);
  if (data.length !== COMPONENTS * points)
    throw new RegistrationInputError(
      `${where} has ${shape.join(' x ')} values, expected 3 x ${grid.size.join(' x ')}: it is of another registration.`,
    );
  const field = new Float32Array(LANES * points);
  for (let i = 0; i < points; i++)
    for (let c = 0; c < COMPONENTS; c++) field[LANES * i + c] = Number(data[COMPONENTS * i + c]);
  return field;
}

async function putNrrd(
  store: ObjectStore,
  key: string,
  shape: readonly number[],
  data: Float32Array,
  meta: NrrdMeta,
): Promise<boolean> {
  return store.put(key, encodeNrrd({ shape, data: new Float32Array(data), meta }), {
    contentType: 'application/octet-stream',
  });
}

/** ITK works in this space, so that its programs take positions and vectors as they are; its unit is then um. */
function spaceOf(grid: Grid, originUm: Grid['originUm'], before: readonly 'vector'[], times = 0): NrrdMeta {
  const [x, y, z] = grid.spacingUm;
  const later = Array.from({ length: times }, () => undefined);
  return {
    space: 'left-posterior-superior',
    spaceDirections: [...before.map(() => undefined), [x, 0, 0], [0, y, 0], [0, 0, z], ...later],
    spaceOrigin: [...originUm],
    kinds: [...before, 'domain', 'domain', 'domain', ...later.map(() => 'list')],
  };
}
