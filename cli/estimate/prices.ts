/** What AWS asks, in US dollars: a dated file (`prices.json`), or the user's own of the same form. */
import { z } from 'zod';
import { dateSchema, ownFile, readDataFile } from './data-file.ts';

const price = z.number().nonnegative();

const machine = z.object({
  type: z.string(),
  vcpus: z.number().int().positive(),
  memoryMiB: z.number().int().positive(),
  onDemandPerHour: price,
  spotPerHour: price,
});

const schema = z.object({
  format: z.literal('cloudreg-prices/1'),
  date: dateSchema,
  region: z.string(),
  /** How the prices were gathered. */
  note: z.string(),
  sources: z.array(z.url()).nonempty(),
  machines: z.array(machine).nonempty(),
  sqsPerMillionRequests: price,
  dynamoPerMillionWriteUnits: price,
  dynamoPerMillionReadUnits: price,
  s3PerThousandPuts: price,
  s3PerThousandGets: price,
  s3PerGbMonth: price,
  lambdaPerMillionCalls: price,
  lambdaPerGbSecond: price,
  logsPerGb: price,
  /** The machine that CloudReg's scripts start. */
  cloudreg: z.object({ type: z.string(), onDemandPerHour: price }),
});

export type Prices = z.infer<typeof schema>;
export type Machine = z.infer<typeof machine>;

/** Refused where the file is not as expected. */
export const readPrices = (path?: string): Promise<Prices> =>
  readDataFile(
    path === undefined ? 'The file of prices' : '--prices',
    path ?? ownFile('prices.json'),
    schema,
  );
