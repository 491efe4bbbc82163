/** Where alarms speak: a topic, and the person who reads it. */
import type { Output } from '@pulumi/pulumi';
import type { Cloud } from './cloud.ts';
import { arnsIn, topicName } from './names.ts';
import { policyText } from './policy.ts';

export function makeTopic({ aws, place, settings }: Cloud, keyArn: Output<string>): Output<string> {
  const { account, deployment } = place;
  const name = topicName(deployment);
  const topic = new aws.sns.Topic('Alarms', { name, kmsMasterKeyId: keyArn });
  new aws.sns.TopicPolicy('AlarmsPolicy', {
    arn: topic.arn,
    policy: policyText(
      ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'].map((Service) => ({
        Effect: 'Allow',
        Principal: { Service },
        Action: ['sns:Publish'],
        Resource: [arnsIn(place)('sns', name)],
        Condition: { StringEquals: { 'aws:SourceAccount': account } },
      })),
    ),
  });
  if (settings.alarmEmail)
    new aws.sns.TopicSubscription('AlarmEmail', {
      topic: topic.arn,
      protocol: 'email',
      endpoint: settings.alarmEmail,
    });
  return topic.arn;
}
