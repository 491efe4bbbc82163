/** One JSON document on standard output, and nothing else. The settings are those of the environment, as in a deployment. */
import type { Pipeline } from '../../shared/engine/step.ts';
import { settingsFrom } from '../settings.ts';
import { graphOf } from './graph.ts';

const EXAMPLE_EMAIL = 'operator@example.org';

export async function printGraph<P>(pipeline: Pipeline<P>): Promise<void> {
  const settings = settingsFrom({ CLOUDREG_ALARM_EMAIL: EXAMPLE_EMAIL, ...process.env });
  const text = JSON.stringify(await graphOf(pipeline, settings), null, 1);
  await new Promise<void>((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
}
