/** What a machine of a fleet does when it starts: Amazon Linux 2023, from nothing to a program at work. */
import type { Deployment } from '../../shared/adapters/aws/deployment.ts';
import { MEMORY_SHARE } from '../machine-types.ts';
import { consumerUnit } from './consumer-unit.ts';
import { logAgentConfig } from './log-agent.ts';
import { ENVIRONMENT_FILE, LOG_FOLDER, PROGRAM_FOLDER, SCRATCH_FOLDER, USER, unitName } from './places.ts';
import { scratchScript } from './scratch.ts';
import { shellWord, writeFile } from './shell.ts';

export interface MachineOptions {
  readonly deployment: Deployment;
  /** That its program works on. */
  readonly queue: string;
  readonly bundle: {
    /** `s3://bucket/key`, of what `npm run bundle` makes. */
    readonly url: string;
    /** In hexadecimal; anything else is not started. Names the build, too. */
    readonly sha256: string;
  };
  /** URL below which the outputs of uploads go. */
  readonly outputUrl: string;
  readonly autoScalingGroup: string;
  /** Holds the machine until its tasks have ended where the group shrinks. */
  readonly lifecycleHook: string;
}

/** Not encoded; below EC2's 16 KB. */
export function userData(options: MachineOptions): string {
  return `#!/bin/bash
set -euo pipefail
${FAILURE}

dnf install --assumeyes --quiet nodejs20 amazon-cloudwatch-agent
${startLogAgent(options)}
${scratchScript()}

${fetchProgram(options)}

${prepareUser()}
${writeEnvironment(options)}
${writeFile('/etc/systemd/system/cloudreg@.service', consumerUnit())}
${writeFile('/etc/logrotate.d/cloudreg', LOG_ROTATION)}
systemctl daemon-reload
systemctl enable --now ${shellWord(unitName(options.queue))}
`;
}

/** One that cannot be made ready costs as much as another: it ends, a minute after what happened was shipped. */
const FAILURE = `trap 'echo "line $LINENO failed: this machine is of no use and ends in a minute"; sleep 60; systemctl poweroff' ERR`;

const AGENT = '/opt/aws/amazon-cloudwatch-agent';

const startLogAgent = ({ deployment, queue }: MachineOptions): string => `
mkdir -p ${LOG_FOLDER}
${writeFile(`${AGENT}/etc/cloudreg.json`, JSON.stringify(logAgentConfig(deployment, queue), null, 1))}
${AGENT}/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:${AGENT}/etc/cloudreg.json`;

function fetchProgram({ bundle, deployment }: MachineOptions): string {
  if (!/^[0-9a-f]{64}$/.test(bundle.sha256))
    throw new Error(
      `"${bundle.sha256}" is no SHA-256 in hexadecimal: take the one that npm run bundle prints.`,
    );
  const file = '/var/tmp/cloudreg.tar.gz';
  return `aws s3 cp --only-show-errors --region ${shellWord(deployment.region)} ${shellWord(bundle.url)} ${file}
echo '${bundle.sha256}  ${file}' | sha256sum --check --quiet
mkdir -p ${PROGRAM_FOLDER}
tar --extract --gzip --no-same-owner --file ${file} --directory ${PROGRAM_FOLDER}
rm ${file}
/usr/bin/node ${PROGRAM_FOLDER}/dist/program/main.js --version`;
}

const prepareUser = (): string => `id ${USER} > /dev/null 2>&1 || \\
  useradd --system --home-dir ${SCRATCH_FOLDER} --no-create-home --shell /usr/sbin/nologin ${USER}
mkdir -p ${SCRATCH_FOLDER}/tmp
chown ${USER}: ${SCRATCH_FOLDER} ${SCRATCH_FOLDER}/tmp
chmod 700 ${SCRATCH_FOLDER}`;

/** How much memory there is only the machine knows. */
function writeEnvironment(options: MachineOptions): string {
  const { deployment, bundle, outputUrl, autoScalingGroup, lifecycleHook } = options;
  const variables = {
    CLOUDREG_DEPLOYMENT: deployment.name,
    AWS_REGION: deployment.region,
    CLOUDREG_OUTPUT: outputUrl,
    CLOUDREG_BUILD: bundle.sha256,
    CLOUDREG_AUTO_SCALING_GROUP: autoScalingGroup,
    CLOUDREG_LIFECYCLE_HOOK: lifecycleHook,
    TMPDIR: `${SCRATCH_FOLDER}/tmp`,
    NODE_ENV: 'production',
    NODE_NO_WARNINGS: '1',
  };
  const lines = Object.entries(variables).map(
    ([name, value]) => `${name}="${value.replace(/["\\$`]/g, '\\$&')}"`,
  );
  return `mkdir -p /etc/cloudreg
${writeFile(ENVIRONMENT_FILE, lines.join('\n'))}
awk '/^MemTotal:/ { printf "CLOUDREG_MEMORY=\\"%dMiB\\"\\n", $2 / 1024 * ${MEMORY_SHARE} }' /proc/meminfo >> ${ENVIRONMENT_FILE}`;
}

const LOG_ROTATION = `${LOG_FOLDER}/*.log {
  size 100M
  rotate 1
  copytruncate
  missingok
  notifempty
}
`;
