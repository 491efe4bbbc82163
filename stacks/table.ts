/** The records of all jobs: shared/adapters/aws/dynamodb/item-keys.ts says what lies in it. */
import { tableName } from '../shared/adapters/aws/deployment.ts';
import type { Cloud } from './cloud.ts';

export function makeTable({ components, place, settings }: Cloud): void {
  new components.Dynamo(
    'Jobs',
    {
      fields: { pk: 'string', sk: 'string' },
      primaryIndex: { hashKey: 'pk', rangeKey: 'sk' },
      ttl: 'expires',
      deletionProtection: settings.keepsData,
      transform: {
        table: {
          name: tableName(place.deployment),
          billingMode: 'PAY_PER_REQUEST',
          pointInTimeRecovery: { enabled: true },
          serverSideEncryption: { enabled: true },
        },
      },
    },
    { retainOnDelete: settings.keepsData },
  );
}
