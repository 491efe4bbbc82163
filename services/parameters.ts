/**
 * The parameters of a job: described once, here, with unit, default and meaning. The command line's flags, `--config`,
 * `cloudreg.json` beside an upload and the job record all come from this schema, and `--help` prints it.
 */
import { z } from 'zod';
import { toUrl } from '../shared/adapters/open-store.ts';
import { compressions } from '../shared/volume/codecs/compression.ts';
import { conversionSchema } from './conversion-parameters.ts';
import { registrationParameters } from './registration-parameters.ts';

const size = z.number().int().positive();
const reach = z.number().int().nonnegative();

/** `2,2,1` halves x and y only; `auto` halves z too once x and y voxels are as large as z ones. */
const factor = z.union([
  z.literal('auto'),
  z.tuple([z.literal(2), z.literal(2), z.union([z.literal(1), z.literal(2)])]),
]);

/** A file or folder of the user: a job may be resumed from another working directory, so its record keeps the URL. */
const place = (what: string) => z.string().min(1).describe(what).transform(toUrl);

export const jobParameters = z
  .object({
    channels: z
      .union([z.literal('all'), z.array(z.number().int().nonnegative()).nonempty()])
      .default('all')
      .describe('channels to process, for example 0,2'),
    autofluorescenceChannel: z
      .number()
      .int()
      .nonnegative()
      .default(0)
      .describe('channel that shows the tissue itself: the one that is aligned, unless another is named'),
    alignmentChannel: z
      .union([z.literal('auto'), z.number().int().nonnegative()])
      .default('auto')
      .describe(
        'channel whose overlaps are compared, fused or not; auto: the autofluorescence channel, or the first',
      ),
    search: z
      .union([z.literal('auto'), z.tuple([reach, reach, reach])])
      .default('auto')
      .describe(
        'voxels x,y,z that neighbours may be from where the stage says; auto: by magnification and overlap',
      ),
    blend: z
      .enum(['linear', 'nearest', 'mean', 'max', 'min'])
      .default('linear')
      .describe(
        'what overlaps become: linear: weights fall over the true overlap; nearest: the tile that lies deeper there; or the mean, max or min of the tiles',
      ),
    placement: z
      .union([z.enum(['auto', 'nominal']), place('a placement as .json or TeraStitcher .xml')])
      .default('auto')
      .describe(
        "where tiles lie: auto: by their overlaps; nominal: by the stage; or a placement.json, or TeraStitcher's xml_merging.xml",
      ),
    chunkSize: z
      .tuple([size, size, size])
      .default([128, 128, 64])
      .describe('voxels of a chunk, x,y,z (CloudReg: 1024,1024,1)'),
    factor: factor.default('auto').describe('downsampling from mip to mip: 2,2,1, 2,2,2 or auto'),
    mips: z
      .union([z.literal('auto'), z.number().int().min(1).max(20)])
      .default('auto')
      .describe('number of resolutions; auto: until x and y of the coarsest fit one chunk'),
    format: z
      .enum(['precomputed', 'zarr'])
      .default('precomputed')
      .describe('what the volumes are written as; zarr: OME-Zarr (NGFF 0.5 on zarr 3), an image a channel'),
    encoding: z
      .enum(['raw', 'jpeg', 'png'])
      .default('raw')
      .describe('how chunks hold voxels; png loses nothing; jpeg loses a little, and holds 8 bits alone'),
    compress: z
      .enum(compressions)
      .default('gzip')
      .describe(
        'how chunks are compressed; gzip: fast, for images; gzip:huffman: more than twice as fast, a tenth larger; zlib: as other programs do',
      ),
    flatField: z
      .union([z.enum(['auto', 'none', 'cloudreg']), place('a TIFF or folder')])
      .default('auto')
      .describe(
        'auto: from overlaps, where there is evidence; cloudreg: its rule; or a float32 TIFF of factors, or a folder of CHN00.tiff, ...',
      ),
    background: z
      .union([z.enum(['auto', 'none', 'cloudreg']), z.array(z.number().nonnegative()).nonempty()])
      .default('auto')
      .describe(
        'counts without light: one value for all or one per channel; auto: if it looks like camera noise',
      ),
    illumination: z
      .union([
        z.enum(['auto', 'none', 'n4', 'cloudreg']),
        z
          .string()
          .regex(/^n4:[1-6]$/)
          .describe('n4:<levels> from n4:1 to n4:6'),
        place('a field.json, or a folder of CHN00/field.json, ...'),
      ])
      .default('auto')
      .describe(
        'slow drifts of brightness over the specimen; auto: evened out where they are beyond what anatomy makes; n4, n4:<levels> (n4 is n4:2): always; cloudreg: its rule; or a field.json of another job',
      ),
    flatFieldStride: z
      .union([z.literal('auto'), size])
      .default('auto')
      .describe('the survey reads every n-th plane; auto: 1, from 64 planes 3, from 256 planes 4'),
    strict: z
      .boolean()
      .default(false)
      .describe(
        'missing or damaged planes stop the job instead of becoming gaps, and so does an illumination that cannot be estimated',
      ),
    ...registrationParameters,
    /** Of `cloudreg convert` alone, which has flags of its own for it. */
    conversion: conversionSchema.exactOptional(),
  })
  .strict();

export type JobParameters = z.infer<typeof jobParameters>;

/** The channel whose overlaps are to be compared, be it fused or not; undefined where the job is told where tiles lie. */
export const wantedAlignmentChannel = (parameters: JobParameters): number | undefined => {
  const { placement, alignmentChannel, autofluorescenceChannel } = parameters;
  if (placement !== 'auto') return undefined;
  return alignmentChannel === 'auto' ? autofluorescenceChannel : alignmentChannel;
};
