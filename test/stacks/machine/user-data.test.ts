import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT_REFUSED } from '../../../cli/errors.ts';
import { consumerUnit } from '../../../stacks/machine/consumer-unit.ts';
import { logAgentConfig } from '../../../stacks/machine/log-agent.ts';
import { unitName } from '../../../stacks/machine/places.ts';
import { shellWord, writeFile } from '../../../stacks/machine/shell.ts';
import { userData } from '../../../stacks/machine/user-data.ts';

const deployment = { name: 'cloudreg-test', region: 'eu-west-1' };
const options = {
  deployment,
  queue: 'stitching',
  bundle: { url: 's3://cloudreg-test-program-1/cloudreg.tar.gz', sha256: 'ab'.repeat(32) },
  outputUrl: "s3://volumes/it's $HOME",
  autoScalingGroup: 'cloudreg-test-stitching',
  lifecycleHook: 'drain',
};

const run = (command: string, ...words: string[]): string =>
  execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const has = (command: string): boolean => existsSync(`/usr/bin/${command}`);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudreg-machine-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

/** The file that the script writes to `path`, as a shell makes it. */
function written(script: string, path: string): string {
  const start = script.indexOf(`cat > '${path}' <<`);
  const end = script.indexOf('\nEND_OF_FILE\n', start);
  const here = script.slice(start, end).replace(path, join(folder, 'out'));
  run('bash', file('one.sh', `${here}\nEND_OF_FILE\n`));
  return run('cat', join(folder, 'out'));
}

describe('the user data of a machine', () => {
  it('is shell that bash reads, smaller than EC2 takes', () => {
    const script = userData(options);
    expect(Buffer.byteLength(script)).toBeLessThan(16_384);
    run('bash', '-n', file('user-data.sh', script));
    expect(() => run('bash', '-n', file('broken.sh', script.replace(/\nfi\n/, '\n')))).toThrow();
  });

  it.skipIf(!has('shellcheck'))('is shell that shellcheck has nothing to say of', () => {
    expect(run('shellcheck', '--severity=info', file('user-data.sh', userData(options)))).toBe('');
  });

  it('starts nothing whose checksum is another, and takes no checksum that cannot be one', () => {
    const script = userData(options);
    expect(script.indexOf('sha256sum --check')).toBeGreaterThan(script.indexOf('aws s3 cp'));
    expect(script.indexOf('sha256sum --check')).toBeLessThan(script.indexOf('tar --extract'));
    expect(script.indexOf('tar --extract')).toBeLessThan(script.indexOf('systemctl enable'));
    expect(() => userData({ ...options, bundle: { ...options.bundle, sha256: 'latest' } })).toThrow(
      /npm run bundle/,
    );
  });

  it('gives the program its environment, whatever the values hold', () => {
    const environment = written(userData(options), '/etc/cloudreg/environment');
    expect(environment).toContain('CLOUDREG_DEPLOYMENT="cloudreg-test"\n');
    expect(environment).toContain(`CLOUDREG_BUILD="${options.bundle.sha256}"\n`);
    expect(environment).toContain(`CLOUDREG_OUTPUT="s3://volumes/it's \\$HOME"\n`);
    expect(environment).toContain('CLOUDREG_LIFECYCLE_HOOK="drain"\n');
  });

  it('counts the memory in a way that this machine understands', () => {
    const line = userData(options).match(/^awk '\/\^MemTotal.*$/m)?.[0] ?? '';
    const words = line.slice(0, line.indexOf(' >>'));
    expect(run('bash', '-c', words)).toMatch(/^CLOUDREG_MEMORY="\d{3,}MiB"\n$/);
  });
});

describe('the log agent of a machine', () => {
  it('ships to the log group of the deployment, by a stream that the worker names itself by', () => {
    const text = JSON.stringify(logAgentConfig(deployment, 'stitching'));
    expect(text).toContain('"log_group_name":"/cloudreg/cloudreg-test"');
    expect(text).toContain('"log_stream_name":"{instance_id}-stitching"');
    expect(consumerUnit().replaceAll('%i', 'stitching')).toContain(
      JSON.parse(text).logs.logs_collected.files.collect_list[0].file_path,
    );
  });
});

describe('the unit of a machine', () => {
  it('never restarts what was refused, and shuts the machine down after a program that left', () => {
    const unit = consumerUnit();
    expect(unit).toContain(`RestartPreventExitStatus=${EXIT_REFUSED}\n`);
    expect(unit).toContain('Restart=on-failure\n');
    expect(unit).toMatch(/\[Unit\][^[]*SuccessAction=poweroff/);
  });

  it.skipIf(!has('systemd-analyze'))('is one that systemd has nothing to say of', () => {
    const local = consumerUnit()
      .replaceAll('/usr/bin/node', process.execPath)
      .replace('User=cloudreg', 'User=daemon');
    file('cloudreg@.service', local);
    const unit = join(folder, unitName('stitching'));
    const verify = () => run('bash', '-c', `systemd-analyze verify --man=no ${unit} 2>&1 || true`);
    expect(verify()).toBe('');
    file('cloudreg@.service', local.replace('KillMode=mixed', 'KillMode=gently'));
    expect(verify()).toContain('gently');
  });
});

describe('shell text', () => {
  it('keeps every character of a word and of a file', () => {
    const text = `it's "$HOME" \`date\` \\ ;`;
    expect(run('bash', '-c', `printf %s ${shellWord(text)}`)).toBe(text);
    run('bash', '-c', writeFile(join(folder, 'out'), `${text}\n  two`));
    expect(run('cat', join(folder, 'out'))).toBe(`${text}\n  two\n`);
    expect(() => writeFile('a', 'END_OF_FILE')).toThrow(/END_OF_FILE/);
  });
});
