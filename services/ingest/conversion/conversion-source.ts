/** What a conversion reads: images by planes, or a precomputed volume; on this machine or elsewhere. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { ImageSource } from '../../../shared/formats/image-source/image-source.ts';
import { openImageSource } from '../../../shared/formats/image-source/open-image-source.ts';
import { volumeFileIn } from '../../../shared/volume/volume-files.ts';
import type { ConversionPlan } from './conversion-plan.ts';

/** False: the place holds images, or nothing. */
export const isVolume = async (source: ObjectStore): Promise<boolean> =>
  (await volumeFileIn(source)) !== undefined;

interface OpenImage {
  readonly image: ImageSource;
  /** The task that reads it now. */
  reader: CountBytes;
}

type CountBytes = (bytes: number) => void;

/** Of this thread, and nobody reads them now. All tasks of a job have one plan. */
const idle = new WeakMap<ConversionPlan, OpenImage>();

/** Lends the image that the plan was made of. Opening it anew would read its headers again. */
export async function withImageSource<Result>(
  plan: ConversionPlan,
  onRead: CountBytes,
  work: (image: ImageSource) => Promise<Result>,
): Promise<Result> {
  const opened = idle.get(plan) ?? (await open(plan));
  idle.delete(plan);
  opened.reader = onRead;
  try {
    return await work(opened.image);
  } finally {
    await opened.image.close();
    idle.set(plan, opened);
  }
}

async function open({ source }: ConversionPlan): Promise<OpenImage> {
  let opened: OpenImage | undefined;
  const image = await openImageSource(source, { isChecked: true, onRead: (bytes) => opened?.reader(bytes) });
  opened = { image, reader: () => {} };
  return opened;
}
