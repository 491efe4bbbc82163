/** Today's spot prices from EC2's price history: the mean over the zones of a region, where credentials are at hand. */
import { type AwsResource, fromAwsError } from '../../shared/adapters/aws/aws-errors.ts';
import { clientSettings } from '../../shared/adapters/aws/connection.ts';
import type { Prices } from './prices.ts';

/** The SDK's own settings, for tests. */
export interface Ec2Config {
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts?: number;
}

/** Types without a price in the history keep the one of the file. Rejects with an `AwsError`. */
export async function refreshSpotPrices(
  prices: Prices,
  now: Date = new Date(),
  config: Ec2Config = {},
): Promise<Prices> {
  const types = prices.machines.map(({ type }) => type);
  const found = await readSpotPrices(prices.region, types, now, config);
  const machines = prices.machines.map((machine) => {
    const seen = found.get(machine.type);
    return seen === undefined ? machine : { ...machine, spotPerHour: mean(seen) };
  });
  const when = `Spot prices of ${now.toISOString()}, mean over the zones, for ${found.size} of ${types.length} machine types.`;
  return { ...prices, machines: machines as Prices['machines'], note: `${when} ${prices.note}` };
}

async function readSpotPrices(
  region: string,
  types: readonly string[],
  now: Date,
  config: Ec2Config,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { EC2Client, paginateDescribeSpotPriceHistory } = await import('@aws-sdk/client-ec2');
  const client = new EC2Client({ region, ...clientSettings(4), ...config });
  const found = new Map<string, number[]>();
  const query = {
    InstanceTypes: types as never[],
    ProductDescriptions: ['Linux/UNIX'],
    // From now on: the price of each zone that holds at the moment.
    StartTime: now,
  };
  try {
    for await (const { SpotPriceHistory = [] } of paginateDescribeSpotPriceHistory({ client }, query))
      for (const { InstanceType: type, SpotPrice } of SpotPriceHistory) {
        const price = Number(SpotPrice);
        if (type !== undefined && price > 0) found.set(type, [...(found.get(type) ?? []), price]);
      }
  } catch (error) {
    throw fromAwsError(error, 'read them', { name: 'spot prices of EC2', region } satisfies AwsResource);
  } finally {
    client.destroy();
  }
  return found;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
