/** The command `view`, up to the browser. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cloudreg } from '../../../cli/program.ts';
import { findChromium } from '../../../cli/viewer/browser.ts';
import { type LocalServer, startLocalServer } from '../../../cli/viewer/server/local-server.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import { fakeTerminal } from '../fake-terminal.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/precomputed/${name}`, import.meta.url));
const IMAGE = fixture('img_u8_raw_gz_black_deleted');
const LABELS = fixture('seg_u64_cseg_block848');

async function view(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const terminal = fakeTerminal({ columns: 200 });
  const code = await cloudreg(['view', ...words], terminal);
  return { code, ...terminal.written };
}

interface State {
  readonly layers: readonly {
    readonly name: string;
    readonly type: string;
    readonly source: string | { readonly url: string; readonly transform: { readonly matrix?: number[][] } };
    readonly annotations?: readonly { readonly point: readonly number[] }[];
  }[];
}

const stateOf = async (...words: string[]): Promise<State> =>
  JSON.parse((await view(...words, '--print-state')).out) as State;

/** Of the volumes' folder, as a web server on another port. */
async function serveElsewhere(): Promise<LocalServer> {
  const store = folderStore(fileURLToPath(new URL('../../fixtures/precomputed', import.meta.url)));
  elsewhere = await startLocalServer({ client: '.', stores: [store], port: 0 });
  return elsewhere;
}

let elsewhere: LocalServer | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await elsewhere?.close();
  elsewhere = undefined;
});

describe('cloudreg view', () => {
  it('shows volumes as layers, the first laid by its affine map, and points over them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'view-'));
    const [map, points] = [join(folder, 'map.json'), join(folder, 'cells.csv')];
    writeFileSync(map, '[[0, -1, 0, 0.2], [1, 0, 0, 0.1], [0, 0, 1, 0]]');
    writeFileSync(points, 'id,x,y,z\na,0.102,0.122,0.5\n');
    const { layers } = await stateOf(IMAGE, LABELS, '--layer', `affine=${map}`, '--points', points);
    expect(layers.map(({ name, type }) => [name, type])).toEqual([
      ['img_u8_raw_gz_black_deleted', 'image'],
      ['seg_u64_cseg_block848', 'segmentation'],
      ['cells', 'annotation'],
    ]);
    expect(layers[0]!.source).toMatchObject({
      transform: {
        matrix: [
          [0, -1, 0, expect.closeTo(50)],
          [1, 0, 0, expect.closeTo(25)],
          [0, 0, 1, 0],
        ],
      },
    });
    // A voxel is 4 x 4 x 40 nm.
    const [point] = layers[2]!.annotations!;
    expect(point!.point).toEqual([25.5, 30.5, 12.5].map((at) => expect.closeTo(at)));
  });

  it('leaves a volume of the web where it is, and reads it here with --proxy', async () => {
    const url = `${(await serveElsewhere()).url}data/0/img_u8_raw_gz_black_deleted`;
    const { layers } = await stateOf(url);
    expect(layers[0]!.source).toBe(`precomputed://${url}`);
    const [proxied] = (await stateOf(url, '--proxy')).layers;
    expect(proxied!.source).toMatch(/^precomputed:\/\/http:\/\/127\.0\.0\.1:\d+\/[\w-]+\/data\/0$/);
    expect(proxied!.source).not.toContain(new URL(url).host);
  });

  it('shows the others where a volume is missing, says so and fails', async () => {
    const { code, out, err } = await view('/nothing/here', IMAGE, '--print-state');
    expect((JSON.parse(out) as State).layers.map(({ name }) => name)).toEqual([
      'here',
      'img_u8_raw_gz_black_deleted',
    ]);
    expect([code, err]).toEqual([1, expect.stringContaining('/nothing/here: ')]);
  });

  it('is refused on a port in use', async () => {
    const { port } = new URL((await serveElsewhere()).url);
    const { code, err } = await view(IMAGE, '--port', port, '--print-state');
    expect([code, err]).toEqual([2, expect.stringContaining(`Port ${port} is in use: give another --port`)]);
  });

  it('needs a Chromium for a picture alone', async () => {
    vi.stubEnv('CLOUDREG_BROWSER', '/nothing/chromium');
    const { code, err } = await view(IMAGE, '--screenshot', join(tmpdir(), 'never.png'));
    expect([code, err]).toEqual([2, expect.stringContaining('CLOUDREG_BROWSER is /nothing/chromium')]);
    // Elsewhere browsers have places of their own.
    if (process.platform === 'linux')
      expect(() => findChromium({ PATH: '/nothing' })).toThrow('install one (Debian: apt install chromium)');
  });
});
