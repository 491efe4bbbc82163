/** What the owner of a deployment chooses. Everything else follows from the pipeline. */
import { z } from 'zod';

const address = z.union([z.cidrv4(), z.cidrv6()]);

const settingsSchema = z.object({
  alarmEmail: z.email().optional().describe('is written to by every alarm, once it has confirmed'),
  monthlyBudgetDollars: z
    .number()
    .positive()
    .default(500)
    .describe('an alarm at 80 % of it, and when it will be passed'),
  mostMachines: z.number().int().positive().max(1000).default(20).describe('of each service at once'),
  viewerOrigins: z
    .array(z.string().min(1))
    .nonempty()
    .default(['*'])
    .describe('pages that may show the volumes'),
  viewerAddresses: z
    .array(address)
    .default([])
    .describe('address ranges that may fetch volumes; none: everybody'),
  keepsData: z.boolean().default(true).describe('removing the stacks leaves raw data, volumes and the table'),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Environment variable of each setting. */
const VARIABLES = {
  alarmEmail: 'CLOUDREG_ALARM_EMAIL',
  monthlyBudgetDollars: 'CLOUDREG_MONTHLY_BUDGET',
  mostMachines: 'CLOUDREG_MOST_MACHINES',
  viewerOrigins: 'CLOUDREG_VIEWER_ORIGINS',
  viewerAddresses: 'CLOUDREG_VIEWER_ADDRESSES',
  keepsData: 'CLOUDREG_KEEPS_DATA',
} as const satisfies Record<keyof Settings, string>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Lists are separated by commas. Throws with every wrong value at once. */
export function settingsFrom(environment: Environment): Settings {
  const given = (name: keyof Settings): string | undefined => environment[VARIABLES[name]] || undefined;
  const list = (name: keyof Settings) =>
    given(name)
      ?.split(',')
      .map((part) => part.trim());
  const number = (name: keyof Settings) => {
    const text = given(name);
    return text === undefined ? undefined : Number(text);
  };
  const parsed = settingsSchema.safeParse({
    alarmEmail: given('alarmEmail'),
    monthlyBudgetDollars: number('monthlyBudgetDollars'),
    mostMachines: number('mostMachines'),
    viewerOrigins: list('viewerOrigins'),
    viewerAddresses: list('viewerAddresses'),
    keepsData: readFlag(given('keepsData')),
  });
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = VARIABLES[path[0] as keyof Settings];
    return `  ${name}="${environment[name]}": ${message}`;
  });
  throw new Error(`Settings of the deployment that cannot be followed:\n${lines.join('\n')}`);
}

/** Anything but the two words is left to the schema, which refuses it. */
function readFlag(text: string | undefined): unknown {
  if (text === 'true') return true;
  return text === 'false' ? false : text;
}
