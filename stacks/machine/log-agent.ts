/** What the CloudWatch agent of a machine ships: the program's log, whose lines are its metrics too, and how it started. */
import { type Deployment, logGroupName } from '../../shared/adapters/aws/deployment.ts';
import { logFile } from './places.ts';

/** The agent puts the machine's id in the place of this; the program names itself the same way. */
const INSTANCE_ID = '{instance_id}';

export const logStreamOf = (queue: string): string => `${INSTANCE_ID}-${queue}`;

export function logAgentConfig(deployment: Deployment, queue: string): object {
  const ship = (path: string, stream: string) => ({
    file_path: path,
    log_group_name: logGroupName(deployment),
    log_stream_name: stream,
    timezone: 'UTC',
  });
  return {
    agent: { region: deployment.region, run_as_user: 'root' },
    logs: {
      force_flush_interval: 5,
      logs_collected: {
        files: {
          collect_list: [
            ship(logFile(queue), logStreamOf(queue)),
            ship('/var/log/cloud-init-output.log', logStreamOf('boot')),
          ],
        },
      },
    },
  };
}
