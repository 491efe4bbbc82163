/**
 * The protocol under thousands of random schedules over the memory twins. A failing one prints its seed:
 * `SEED=<seed> npx vitest run test/engine/simulation` runs that schedule alone and prints what happened in it.
 */
import { describe, expect, it, vi } from 'vitest';
import { runsAll } from '../../long.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { runSchedule } from './schedule.ts';

vi.mock('../../../shared/engine/sizes.ts', () => ({ GROUP_SIZE: 2, BLOCK_SIZE: 2, MAX_CHILDREN: 3 }));

const SCHEDULES = runsAll ? 2000 : 40;
const SEED = process.env.SEED;

const seedOf = (scenario: number, schedule: number): number => scenario * 1_000_000 + schedule;

async function check(scenario: Scenario, seed: number): Promise<void> {
  const { violations, log } = await runSchedule(scenario, seed);
  if (violations.length === 0) return;
  const story = SEED === undefined ? '' : `\n${log.join('\n')}`;
  throw new Error(`SEED=${seed} (${scenario.name}):${story}\n${violations.join('\n')}`);
}

describe.runIf(SEED === undefined)('in every schedule, every job ends as it must', () => {
  it.each(SCENARIOS.map((scenario, number) => ({ scenario, number, name: scenario.name })))(
    '$name',
    async ({ scenario, number }) => {
      for (let schedule = 0; schedule < SCHEDULES; schedule++)
        await check(scenario, seedOf(number, schedule));
    },
    600_000,
  );

  it('the same seed gives the same schedule', async () => {
    const scenario = SCENARIOS.at(-1)!;
    const [first, second] = [await runSchedule(scenario, 7), await runSchedule(scenario, 7)];
    expect(first.log.length).toBeGreaterThan(50);
    expect(second).toEqual(first);
  });
});

describe.runIf(SEED !== undefined)('one schedule', () => {
  it(`of seed ${SEED}`, async () => {
    const seed = Number(SEED);
    const scenario = SCENARIOS[Math.floor(seed / 1_000_000)];
    if (!scenario) throw new Error(`no scenario has seed ${seed}`);
    await check(scenario, seed);
  });
});
