/** An alarm before the month's bill passes what was meant to be spent. */
import type { Output } from '@pulumi/pulumi';
import type { BudgetAlarm } from './alarm-list.ts';
import type { Cloud } from './cloud.ts';
import { DEPLOYMENT_TAG } from './names.ts';

/** Counts what carries the deployment's tag: the tag must be activated for cost allocation once (docs/deploy.md). */
export function makeBudget({ aws, place }: Cloud, alarm: BudgetAlarm, topicArn: Output<string>): void {
  const notice = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    comparisonOperator: 'GREATER_THAN',
    threshold,
    thresholdType: 'PERCENTAGE',
    notificationType,
    subscriberSnsTopicArns: [topicArn],
  });
  new aws.budgets.Budget('Budget', {
    name: alarm.name,
    budgetType: 'COST',
    timeUnit: 'MONTHLY',
    limitAmount: String(alarm.monthlyDollars),
    limitUnit: 'USD',
    costFilters: [{ name: 'TagKeyValue', values: [`user:${DEPLOYMENT_TAG}$${place.deployment.name}`] }],
    notifications: [notice('ACTUAL', alarm.spentPercent), notice('FORECASTED', 100)],
  });
}
