import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Prices, readPrices } from '../../../cli/estimate/prices.ts';
import { type Ec2Config, refreshSpotPrices } from '../../../cli/estimate/spot-prices.ts';

/** EC2's query protocol: form-encoded words in, XML out; the second page by a token. */
const asked: URLSearchParams[] = [];
let refuse = false;
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const words = new URLSearchParams(Buffer.concat(chunks).toString());
  asked.push(words);
  response.writeHead(refuse ? 403 : 200, { 'content-type': 'text/xml' });
  response.end(refuse ? REFUSED : page(words.get('NextToken')));
});

const REFUSED = `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not authorized</Message></Error></Errors></Response>`;

const item = (type: string, zone: string, price: string): string =>
  `<item><instanceType>${type}</instanceType><productDescription>Linux/UNIX</productDescription>` +
  `<spotPrice>${price}</spotPrice><timestamp>2026-11-21T00:00:00.000Z</timestamp><availabilityZone>${zone}</availabilityZone></item>`;

const page = (token: string | null): string => {
  const items =
    token === null
      ? item('c6a.xlarge', 'us-east-1a', '0.050000') + item('c6a.xlarge', 'us-east-1b', '0.070000')
      : item('r6a.xlarge', 'us-east-1a', '0.090000');
  return `<?xml version="1.0" encoding="UTF-8"?>
<DescribeSpotPriceHistoryResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><spotPriceHistorySet>${items}</spotPriceHistorySet><nextToken>${token === null ? 'more' : ''}</nextToken></DescribeSpotPriceHistoryResponse>`;
};

let config: Ec2Config;
let prices: Prices;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  config = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  };
  prices = await readPrices();
});
afterAll(() => void server.close());

const spotOf = ({ machines }: Prices, type: string) =>
  machines.find((machine) => machine.type === type)!.spotPerHour;

it("takes today's spot prices, the mean over zones and all pages, and keeps the rest", async () => {
  const fresh = await refreshSpotPrices(prices, new Date('2026-11-21T12:00:00Z'), config);
  expect(spotOf(fresh, 'c6a.xlarge')).toBeCloseTo(0.06);
  expect(spotOf(fresh, 'r6a.xlarge')).toBeCloseTo(0.09);
  expect(spotOf(fresh, 'm6a.xlarge')).toBe(spotOf(prices, 'm6a.xlarge'));
  expect(fresh.note).toContain('Spot prices of 2026-11-21T12:00:00.000Z');
  expect(asked[0]!.get('Action')).toBe('DescribeSpotPriceHistory');
  expect(asked[0]!.get('InstanceType.1')).toBe(prices.machines[0]!.type);
  expect(asked[1]!.get('NextToken')).toBe('more');
});

it('says what AWS refused', async () => {
  refuse = true;
  await expect(refreshSpotPrices(prices, new Date(), config)).rejects.toThrow(
    /spot prices of EC2.*cannot read them/,
  );
});
