import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { noisyRamp } from '../../../bench/noisy-ramp.ts';
import { loadKernels, type Pixels, type PixelType } from '../../../shared/kernels/kernels.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { type Compression, compressions } from '../../../shared/volume/codecs/compression.ts';
import { decodeChunk } from '../../../shared/volume/codecs/decode.ts';
import { encoderBuffers, encoderBytes, imageEncoder } from '../../../shared/volume/codecs/image-encoder.ts';

const length = 40_000;

function encoderOf(type: PixelType, compression: Compression) {
  const kernels = loadKernels();
  const { voxels, ...buffers } = kernels.layout({
    voxels: { type, length },
    ...encoderBuffers(compression, length * 4),
  });
  const random = seededRandom(3);
  for (let i = 0; i < length; i++) (voxels as Pixels)[i] = 60 + Math.floor(random() * 30);
  return { voxels, encode: imageEncoder(compression, kernels, buffers, length * 4) };
}

describe.each(compressions)('a chunk encoded as %s', (compression) => {
  it.each(['uint8', 'uint16', 'float32'] as const)('comes back, %s', async (type) => {
    const { voxels, encode } = encoderOf(type, compression);
    const chunk = await encode(voxels);
    const before = voxels.slice();
    voxels.fill(0);
    await encode(voxels);
    expect(
      await decodeChunk(chunk, { dataType: type, channels: 1, encoding: 'raw' }, [length, 1, 1], 'c'),
    ).toEqual(before);
  });

  it('is what its name says', async () => {
    const { voxels, encode } = encoderOf('uint16', compression);
    const { bytes, encoding } = await encode(voxels);
    expect(encoding).toBe(compression === 'none' ? undefined : 'gzip');
    if (encoding === undefined) expect(bytes.length).toBe(2 * length);
    else
      expect([...bytes.subarray(0, 10)].filter((_, i) => i !== 8)).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 255]);
  });
});

it('takes the memory of a chunk again once that is released, and not before', async () => {
  const { voxels, encode } = encoderOf('uint16', 'gzip');
  const first = await encode(voxels);
  const held = await encode(voxels);
  expect(held.bytes.byteOffset).not.toBe(first.bytes.byteOffset);
  first.release?.();
  voxels.fill(7);
  expect((await encode(voxels)).bytes.byteOffset).toBe(first.bytes.byteOffset);
  expect((await encode(voxels)).bytes.byteOffset).not.toBe(held.bytes.byteOffset);
});

it('waits for a release where it has no room', async () => {
  const { voxels, encode } = encoderOf('uint16', 'gzip');
  const held = [];
  for (let n = 0; n < 9; n++) held.push(await encode(voxels));
  let isEncoded = false;
  const next = encode(voxels).then((chunk) => {
    isEncoded = true;
    return chunk;
  });
  await setImmediate();
  await setImmediate();
  expect(isEncoded).toBe(false);
  held[4]!.release?.();
  expect((await next).bytes.byteOffset).toBe(held[4]!.bytes.byteOffset);
});

it.each([
  [2 ** 21, 9],
  [2 ** 24, 3],
  [2 ** 29, 1],
])('keeps chunks of %i bytes in %i rooms, which what a task needs tells', (mostBytes, rooms) => {
  const { gzipScratch, gzipped } = encoderBuffers('gzip', mostBytes);
  expect(Math.floor(gzipped.length / mostBytes)).toBe(rooms);
  expect(encoderBytes(mostBytes)).toBe(gzipScratch.length + gzipped.length);
  expect(encoderBuffers('zlib', mostBytes).gzipped.length).toBeLessThan(100);
});

it('gzip is auto, and smaller than zlib of 16-bit noise around levels that change', async () => {
  const kernels = loadKernels();
  const ramp = noisyRamp();
  const { voxels, ...buffers } = kernels.layout({
    voxels: { type: 'uint16', length: ramp.length },
    ...encoderBuffers('gzip', ramp.byteLength),
  });
  voxels.set(ramp);
  const bytes = (await imageEncoder('gzip', kernels, buffers, ramp.byteLength)(voxels)).bytes.slice();
  expect((await imageEncoder('gzip:auto', kernels, buffers, ramp.byteLength)(voxels)).bytes).toEqual(bytes);
  expect(bytes.length).toBeLessThan(gzipSync(ramp, { level: 1, memLevel: 9 }).length);
});
