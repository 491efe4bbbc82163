import { describe, expect, it } from 'vitest';
import { checkNames } from '../../stacks/names.ts';
import { settingsFrom } from '../../stacks/settings.ts';

describe('settings of a deployment', () => {
  it('need not be given', () => {
    expect(settingsFrom({})).toEqual({
      ...{ monthlyBudgetDollars: 500, mostMachines: 20, viewerOrigins: ['*'], viewerAddresses: [] },
      keepsData: true,
    });
  });

  it('are read from the environment, lists by commas', () => {
    const environment = {
      CLOUDREG_ALARM_EMAIL: 'operator@example.org',
      CLOUDREG_MONTHLY_BUDGET: '250',
      CLOUDREG_MOST_MACHINES: '4',
      CLOUDREG_VIEWER_ORIGINS: 'https://neuroglancer-demo.appspot.com, https://example.org',
      CLOUDREG_VIEWER_ADDRESSES: '192.0.2.0/24,2001:db8::/32',
      CLOUDREG_KEEPS_DATA: 'false',
    };
    expect(settingsFrom(environment)).toEqual({
      alarmEmail: 'operator@example.org',
      ...{ monthlyBudgetDollars: 250, mostMachines: 4, keepsData: false },
      viewerOrigins: ['https://neuroglancer-demo.appspot.com', 'https://example.org'],
      viewerAddresses: ['192.0.2.0/24', '2001:db8::/32'],
    });
  });

  it('are refused all at once, by their names', () => {
    const environment = { CLOUDREG_MOST_MACHINES: 'many', CLOUDREG_KEEPS_DATA: 'no' };
    expect(() => settingsFrom(environment)).toThrow(
      /CLOUDREG_MOST_MACHINES="many".*CLOUDREG_KEEPS_DATA="no"/s,
    );
  });

  it('refuse a stage whose buckets would have names that are too long', () => {
    const place = { account: '123456789012', partition: 'aws', zones: [] };
    const named = (name: string) => ({ ...place, deployment: { name, region: 'us-east-1' } });
    expect(() => checkNames(named('cloudreg-production'))).not.toThrow();
    expect(() => checkNames(named('cloudreg-of-a-very-long-stage-that-goes'))).toThrow(/shorter by 3/);
  });
});
