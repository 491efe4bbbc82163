import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { cloudreg } from '../../../cli/program.ts';
import { fakeTerminal } from '../fake-terminal.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/precomputed/${name}`, import.meta.url));
const IMAGE = fixture('img_u8_raw_gz_black_deleted');
const LABELS = fixture('seg_u64_cseg_block848');

async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const terminal = fakeTerminal({ columns: 200 });
  const code = await cloudreg(words, terminal);
  return { code, ...terminal.written };
}

const stateIn = (link: string): Record<string, never> =>
  JSON.parse(decodeURIComponent(link.trim().split('#!')[1]!)) as Record<string, never>;

let server: Server | undefined;
afterEach(() => server?.close());

describe('cloudreg link', () => {
  it('puts the whole state into the address', async () => {
    const { code, out } = await run('link', IMAGE, '--at', 'https://data.example.org/brain');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^https:\/\/neuroglancer-demo\.appspot\.com\/#!%7B/),
    ]);
    const state = stateIn(out) as unknown as { layers: { source: string }[] };
    expect(state.layers[0]!.source).toBe('precomputed://https://data.example.org/brain');
  });

  it("lays an atlas over the data with CloudReg's affine", async () => {
    const words = [
      '--orientation',
      'PIR:LPS',
      '--rotation',
      '0,0,90',
      '--fixed-scale',
      '1.1',
      '--output-resolution',
      '100',
    ];
    const { out } = await run('link', IMAGE, LABELS, '--at', 'https://host/x', ...words);
    const { dimensions, layers } = stateIn(out) as unknown as {
      dimensions: object;
      layers: { source: { transform: { matrix: number[][] } } }[];
    };
    expect(dimensions).toEqual({ x: [1e-4, 'm'], y: [1e-4, 'm'], z: [1e-4, 'm'] });
    // PIR to LPS, turned by 90 degrees about z, scaled: the linear part of CloudReg's second test value.
    const linear = layers[1]!.source.transform.matrix.map((row) =>
      row.slice(0, 3).map((value) => Math.round(value * 1e6) / 1e6 + 0),
    );
    expect(linear).toEqual([
      [-1.1, 0, 0],
      [0, 0, -1.1],
      [0, -1.1, 0],
    ]);
  });

  it('posts the state to a state server, as CloudReg does', async () => {
    let posted = '';
    server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (part: string) => {
        posted += part;
      });
      request.on('end', () => response.end('{"uri": "https://json.example.org/v1?NGStateID=7"}'));
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const words = ['--as', 'server', '--state-server', url, '--viewer', 'https://ara.viz.neurodata.io'];
    const { out } = await run('link', IMAGE, '--at', 'https://host/x', ...words);
    expect(out.trim()).toBe('https://ara.viz.neurodata.io/?json_url=https://json.example.org/v1?NGStateID=7');
    expect(JSON.parse(posted)).toHaveProperty('layers');
  });

  it.each([
    [[IMAGE], 'lies on this machine, where others cannot read it'],
    [['/nothing/here', '--at', 'https://host/x'], 'no precomputed volume'],
    [[IMAGE, '--at', 'https://host/x', '--layer', 'color=red'], 'found "color=red", expected name='],
    [[IMAGE, '--at', 'https://host/x', '--orientation', 'PIR:LPS'], 'needs two volumes'],
    [[IMAGE, '--at', 'https://host/x', '--rotation', '1,2'], 'expected one number or three'],
    [
      [IMAGE, '--at', 'https://host/x', '--as', 'server', '--state-server', 'http://127.0.0.1:9/'],
      'cannot be reached',
    ],
  ])('refuses %j with a clear word', async (words, message) => {
    const { code, err } = await run('link', ...words);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
  });
});
