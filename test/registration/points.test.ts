import { describe, expect, it } from 'vitest';
import { IDENTITY } from '../../shared/geometry/affine.ts';
import type { Space } from '../../shared/registration/files/space.ts';
import { centredGrid } from '../../shared/registration/grid.ts';
import { landmarkErrors } from '../../shared/registration/points/landmark-error.ts';
import { mapPoint } from '../../shared/registration/points/map-points.ts';
import { type NamedPoint, pointFormatOf } from '../../shared/registration/points/named-point.ts';
import { parsePoints, pointParser } from '../../shared/registration/points/point-parser.ts';
import { pointText } from '../../shared/registration/points/point-text.ts';
import { withParents } from '../../shared/registration/regions/measure-regions.ts';
import { lineage, parseOntology } from '../../shared/registration/regions/ontology.ts';
import { segmentColors, segmentProperties } from '../../shared/registration/regions/segment-properties.ts';

const ONE = [1, 1, 1] as const;

function textOf(points: readonly NamedPoint[], ...words: Parameters<typeof pointText>): string {
  const text = pointText(...words);
  return [text.head, ...points.map((point) => text.of(point)), text.tail].join('');
}

describe('points from files', () => {
  it('keep their order, their names and whatever else a CSV says of them', () => {
    const text = 'note,id,x,y,z\r\n"big, round",b,1,2,3\n,a,-4.5,5,6\n';
    const points = parsePoints(text, 'csv', 'p.csv', [2, 1, 1]);
    expect(points).toEqual([
      { id: 'b', point: [2, 2, 3], more: { note: 'big, round' } },
      { id: 'a', point: [-9, 5, 6], more: { note: '' } },
    ]);
    expect(textOf(points, 'csv', [2, 1, 1], ['note'])).toBe(
      'id,x,y,z,note\nb,1,2,3,"big, round"\na,-4.5,5,6,\n',
    );
  });

  it('are JSON objects with what else they hold', () => {
    const points = parsePoints('[{"id": 7, "point": [1, 2, 3], "score": 0.5}]', 'json', 'p.json', ONE);
    expect(JSON.parse(textOf(points, 'json', ONE, []))).toEqual([{ id: '7', point: [1, 2, 3], score: 0.5 }]);
  });

  it("are annotations of a Neuroglancer state in the state's own unit, named by their description", () => {
    const state = {
      dimensions: { x: [1e-5, 'm'], y: [1e-5, 'm'], z: [2e-5, 'm'] },
      layers: [
        { type: 'image', name: 'other' },
        {
          type: 'annotation',
          annotations: [
            { type: 'point', id: 'u1', description: ' soma ', point: [10.5, 20, 30] },
            { type: 'line', id: 'u2' },
            { type: 'point', id: 'u3', point: [1, 2, 3] },
          ],
        },
      ],
    };
    const points = parsePoints(JSON.stringify(state), 'json', 's.json', ONE);
    expect(points.map(({ id }) => id)).toEqual(['soma', 'u3']);
    points[0]!.point.forEach((um, axis) => {
      expect(um).toBeCloseTo([105, 200, 600][axis]!, 6);
    });
  });

  it.each([
    ['id,x,y\na,1,2', 'csv', /columns id, x, y; expected id, x, y, z/],
    ['id,x,y,z\na,1,,3', 'csv', /line 2.*expected numbers/],
    ['{', 'json', /p is not JSON/],
    ['[{"id": "a"}]', 'json', /p, point 1, is none: expected \{"id": "a", "point"/],
    ['[{"id": "a", "point": [1, 2, 3]}', 'json', /p is not JSON \(its list does not end\)/],
    ['[{"id": "a", "point": [1, 2, 3]},]', 'json', /p is not JSON/],
    ['[] []', 'json', /after its list comes \[\]/],
    ['', 'csv', /expected id, x, y, z/],
    ['', 'json', /p is not JSON/],
    ['{"layers": []}', 'json', /neither a list of points nor a Neuroglancer state/],
  ] as const)('are refused where the file is wrong: %s', (text, format, expected) => {
    expect(() => parsePoints(text, format, 'p', ONE)).toThrow(expected);
  });

  it.each([
    ['csv', 'id,x,y,z,note\r\n"a, ""b""",1,2,3,ä\r\n\r\nc,4,5,6,'],
    [
      'json',
      ' [{"id": "a\\"]},[{", "point": [1, 2, 3], "more": {"deep": [1, [2]]}} , {"id": 2, "point": [4,5,6]}\n]\n',
    ],
    ['json', '[ ]'],
  ] as const)('are the same wherever the text of a %s is cut', (format, text) => {
    const whole = parsePoints(text, format, 'p', ONE);
    for (let at = 0; at <= text.length; at++) {
      const parser = pointParser(format, 'p', ONE);
      const points = [...parser.push(text.slice(0, at)), ...parser.push(text.slice(at)), ...parser.end()];
      expect(points, `cut at ${at}`).toEqual(whole);
    }
  });

  it('are refused by the name of their file', () => {
    expect(pointFormatOf('a/B.CSV')).toBe('csv');
    expect(() => pointFormatOf('points.txt')).toThrow(/expected \.csv or \.json/);
  });
});

const space = (offsetUm: [number, number, number]): Space => ({
  url: '',
  imageUrl: '',
  sizeVoxels: [10, 10, 10],
  voxelSizeUm: [100, 100, 100],
  offsetUm,
  orientation: 'PIR',
});

describe('a point through a registration', () => {
  const extent = [1000, 1000, 1000] as const;
  const map = {
    toAtlas: IDENTITY,
    grid: centredGrid([4, 4, 4], [400, 400, 400]),
    u: new Float32Array(256),
    sampleExtentUm: extent,
    atlasExtentUm: extent,
  };
  const spaces = { sample: space([300, 0, 0]), atlas: space([0, -50, 0]) };

  it('has positions that count the offsets of both volumes, both ways', () => {
    expect(mapPoint(map, spaces, 'atlas', [400, 20, 30])).toEqual({
      point: [100, -30, 30],
      isOutside: false,
    });
    expect(mapPoint(map, spaces, 'sample', [100, -30, 30]).point).toEqual([400, 20, 30]);
  });

  it('is said to be outside where either volume ends before it', () => {
    expect(mapPoint(map, spaces, 'atlas', [299, 20, 30]).isOutside).toBe(true);
    expect(mapPoint(map, spaces, 'atlas', [1301, 20, 30]).isOutside).toBe(true);
  });
});

describe('landmark errors', () => {
  const point = (id: string, x: number) => ({ id, point: [x, 0, 0] as const, more: {} });

  it('are distances between points of the same name, with those that have no twin named', () => {
    const errors = landmarkErrors(
      [point('a', 0), point('b', 10), point('c', 0)],
      [point('b', 40), point('a', 10), point('d', 0)],
    );
    expect(errors).toMatchObject({ meanUm: 20, medianUm: 20, maxUm: 30, unmatched: ['c', 'd'] });
    expect(errors.each).toEqual([
      { id: 'a', um: 10 },
      { id: 'b', um: 30 },
    ]);
  });

  it('are refused where names repeat, or none is shared', () => {
    expect(() => landmarkErrors([point('a', 0), point('a', 1)], [point('a', 0)])).toThrow(
      /Two points are called "a"/,
    );
    expect(() => landmarkErrors([point('a', 0)], [point('b', 0)])).toThrow(/no name in common/);
  });
});

describe('an ontology', () => {
  const allen = {
    msg: [
      {
        id: 997,
        acronym: 'root',
        name: 'root',
        color_hex_triplet: 'FFFFFF',
        parent_structure_id: null,
        children: [
          {
            id: 8,
            acronym: 'grey',
            name: 'Grey, all',
            color_hex_triplet: 'BFDAE3',
            parent_structure_id: 997,
            children: [],
          },
        ],
      },
    ],
  };
  const csv = 'id,parent_id,acronym,name,colour\n997,,root,root,FFFFFF\n8,997,grey,"Grey, all",bfdae3\n';
  const parse = (text: string) => parseOntology(new TextEncoder().encode(text), 'ontology');

  it('is the same from Allen’s JSON and from a table', () => {
    expect([...parse(csv).values()]).toEqual([...parse(JSON.stringify(allen)).values()]);
    expect(segmentColors(parse(csv))).toEqual({ 997: '#ffffff', 8: '#bfdae3' });
    expect(segmentProperties(parse(csv))).toMatchObject({ inline: { ids: ['997', '8'] } });
    expect(lineage(parse(csv), '8')).toEqual(['8', '997']);
  });

  it('is refused with what is wrong about it', () => {
    expect(() => parse('name\nroot')).toThrow(/no column "id"; found name/);
    expect(() => parse('[{"acronym": "x"}]')).toThrow(/ontology is no ontology/);
  });

  it('adds what a region holds to every region above it, and keeps ids it does not know', () => {
    const own = new Map([
      ['8', { voxels: 2, sum: 10 }],
      ['997', { voxels: 1, sum: 1 }],
      ['5000', { voxels: 4, sum: 4 }],
    ]);
    expect([...withParents(own, parse(csv))]).toEqual([
      ['8', { voxels: 2, sum: 10 }],
      ['997', { voxels: 3, sum: 11 }],
      ['5000', { voxels: 4, sum: 4 }],
    ]);
  });
});
