/** `--layer name=signal:type=image:color=#ff8000:range=0,1000:affine=map.json`, one for each volume that wants it. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Affine } from '../../shared/geometry/affine.ts';
import { affineSchema } from '../../shared/registration/files/space.ts';
import { RefusedError } from '../errors.ts';

export interface LayerFlags {
  readonly name?: string;
  readonly type?: 'image' | 'segmentation';
  readonly colour?: string;
  readonly window?: readonly [number, number];
  readonly affineUm?: Affine;
}

const EXPECTED =
  'expected name=…, type=image|segmentation, color=#rrggbb, range=black,white and affine=file.json, joined by colons';

/** Throws `RefusedError` that names the part. */
export async function parseLayerFlags(text: string): Promise<LayerFlags> {
  const parts = await Promise.all(text.split(/:(?=[a-z]+=)/).map((part) => parsePart(part, text)));
  return Object.assign({}, ...parts) as LayerFlags;
}

async function parsePart(part: string, text: string): Promise<LayerFlags> {
  const [, key, value = ''] = /^([a-z]+)=(.+)$/s.exec(part) ?? [];
  switch (key) {
    case 'name':
      return { name: value };
    case 'type':
      if (value === 'image' || value === 'segmentation') return { type: value };
      break;
    case 'color':
      if (/^#[0-9a-f]{6}$/i.test(value)) return { colour: value };
      break;
    case 'range': {
      const [black, white, ...rest] = value.split(',').map(Number);
      if (rest.length === 0 && Number.isFinite(black) && Number.isFinite(white))
        return { window: [black!, white!] };
      break;
    }
    case 'affine':
      return { affineUm: await readAffine(value) };
  }
  throw new RefusedError(`--layer ${text}: found "${part}", ${EXPECTED}.`);
}

const fourByFour = z
  .tuple([z.unknown(), z.unknown(), z.unknown(), z.unknown()])
  .transform((rows) => affineSchema.parse(rows.slice(0, 3)));

/** Three or four rows of four numbers: the map from the volume's positions to those of the view, in um. */
export async function readAffine(file: string): Promise<Affine> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new RefusedError(`The affine map ${file} cannot be read (${error.code}).`, { cause: error });
  });
  try {
    return z.union([affineSchema, fourByFour]).parse(JSON.parse(text));
  } catch (cause) {
    throw new RefusedError(
      `${file} is no affine map: expected a JSON array of three (or four) rows of four numbers, [M | t] with t in um.`,
      { cause },
    );
  }
}
