/** Compares the volumes of two outputs, object by object and byte by byte, however each store keeps them. */
import type { ObjectStore } from '../../shared/engine/ports.ts';

export interface Comparison {
  readonly objects: number;
  readonly bytes: number;
  /** Empty where they are the same. */
  readonly differences: readonly string[];
}

export interface Volumes {
  readonly store: ObjectStore;
  /** URL of the acquisition they were made from. */
  readonly input: string;
}

/** A volume's provenance names its acquisition: that name aside, it must be the same too. */
export async function compareVolumes(one: Volumes, other: Volumes): Promise<Comparison> {
  const [here, there] = [one.store, other.store];
  const [keys, others] = await Promise.all([volumeKeys(here), volumeKeys(there)]);
  const differences = [
    ...[...keys].filter((key) => !others.has(key)).map((key) => `${key}: only in ${here.url}`),
    ...[...others].filter((key) => !keys.has(key)).map((key) => `${key}: only in ${there.url}`),
  ];
  let bytes = 0;
  for (const key of keys) {
    if (!others.has(key)) continue;
    const [first, second] = await Promise.all([readObject(one, key), readObject(other, key)]);
    bytes += first.bytes.length;
    if (!first.bytes.equals(second.bytes)) differences.push(`${key}: other bytes`);
    else if (first.encoding !== second.encoding)
      differences.push(`${key}: ${first.encoding} in ${here.url}, ${second.encoding} in ${there.url}`);
  }
  return { objects: keys.size, bytes, differences };
}

async function readObject({ store, input }: Volumes, key: string) {
  const { bytes, encoding } = (await store.get(key)) ?? { bytes: new Uint8Array(), encoding: undefined };
  const isProvenance = key.endsWith('/provenance');
  const text = (): string => Buffer.from(bytes).toString().replaceAll(input, '<acquisition>');
  return { bytes: isProvenance ? Buffer.from(text()) : Buffer.from(bytes), encoding };
}

async function volumeKeys(store: ObjectStore): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { key } of store.list('CHN')) keys.add(key);
  return keys;
}
