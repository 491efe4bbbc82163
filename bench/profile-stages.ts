/** Where the time of a program went, from the profiles that `node --cpu-prof` leaves, one a thread. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of a CPU profile that is used here; times in microseconds. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Of a frame: the first rule that fits the innermost frame that any fits. `#` stands before the function's name. */
const RULES: readonly (readonly [stage: string, frame: RegExp])[] = [
  ['idle', /#(\(idle\)|atomicsWaitLoop)$/],
  ['collecting garbage', /#\(garbage collector\)$/],
  ['encoding', /shared\/kernels\/gzip\.js|codecs\/(zlib|image-encoder)\.js/],
  ['writing', /local\/put-file\.js|volume\/write-volume\.js|shared\/write-behind\.js/],
  ['reading', /local\/read-file\.js|formats\/tiff\/|acquisition\/plane-reader\.js|fusion\/read-planes\.js/],
  ['fusing', /stitching\/fusion\/|volume\/(block-writer|cascade)\.js|stitching\/fuse\.js/],
  ['pyramid', /services\/downsampling\/|volume\/shrink/],
  ['scan and survey', /services\/(ingest|tile-correction)\//],
  ['preview', /stitching\/preview\//],
  ['report', /stitching\/report|shared\/pictures/],
  ['placement and light', /services\/(stitching|illumination-correction)\/|shared\/illumination\//],
  ['planning', /shared\/(engine|hosts|adapters)\/|libsql|piscina|^.*\/cli\//],
  [
    'starting',
    /node:internal\/(modules|bootstrap|process|main|worker)|#(compileFunction|internalCompileFunction)/,
  ],
];
const OTHER = 'node itself';

export const stages: readonly string[] = [...RULES.map(([stage]) => stage), OTHER];

/** Seconds by stage. */
type StageSeconds = ReadonlyMap<string, number>;

/** The main thread's comes first, the workers' in the order in which they started. */
export function readProfiles(folder: string): StageSeconds[] {
  const threadOf = (name: string): number => Number(name.split('.').at(-3));
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .sort((a, b) => threadOf(a) - threadOf(b))
    .map((name) => secondsByStage(JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile));
}

function secondsByStage({ nodes, samples, timeDeltas }: CpuProfile): StageSeconds {
  const stageOf = stagesOfNodes(nodes);
  const seconds = new Map<string, number>();
  for (const [i, node] of samples.entries()) {
    const stage = stageOf.get(node) ?? OTHER;
    // A sample lasts until the next one.
    seconds.set(stage, (seconds.get(stage) ?? 0) + Math.max(0, timeDeltas[i + 1] ?? 0) / 1e6);
  }
  return seconds;
}

/** A frame that says nothing belongs to the one that called it. */
function stagesOfNodes(nodes: CpuProfile['nodes']): ReadonlyMap<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const stageOf = new Map<number, string>();
  const visit = (ids: readonly number[], outer: string): void => {
    for (const id of ids) {
      const { callFrame, children = [] } = byId.get(id)!;
      const frame = `${callFrame.url.replaceAll('\\', '/')}#${callFrame.functionName}`;
      const stage = RULES.find(([, pattern]) => pattern.test(frame))?.[0] ?? outer;
      stageOf.set(id, stage);
      visit(children, stage);
    }
  };
  visit([nodes[0]!.id], OTHER);
  return stageOf;
}
