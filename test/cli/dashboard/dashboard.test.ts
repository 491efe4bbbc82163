import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DashboardServer, startDashboardServer } from '../../../cli/dashboard/dashboard-server.ts';
import { jobPage } from '../../../cli/dashboard/job-page.ts';
import { cloudreg } from '../../../cli/program.ts';
import { browserWord, hasChromium, launchChromium } from '../../browser.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { AT, FUSE, type SeenJob, seenJob } from './seen-job.ts';

const TOKEN = 'a-random-word';

let seen: SeenJob;
let server: DashboardServer;
beforeEach(async () => {
  seen = await seenJob();
  server = await serve();
});
afterEach(async () => {
  await server.close();
  await seen.remove();
});

const serve = (port = 0): Promise<DashboardServer> =>
  startDashboardServer({ port, token: TOKEN, answer: jobPage(seen.folder, seen.job, () => AT + 30_000) });

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** As it stands: `fetch` would tidy the path up, and set the host by itself. */
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const asking = request({ host: '127.0.0.1', port, path, headers, method }, async (response) => {
      let text = '';
      for await (const part of response.setEncoding('latin1')) text += part;
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    asking.on('error', reject).end();
  });

describe('the server of a job page', () => {
  it('answers below its word only, and only who calls it by its own name', async () => {
    expect((await ask(`/${TOKEN}/`)).status).toBe(200);
    for (const path of ['/', '/job.json', '/other/job.json', `/${TOKEN}`])
      expect((await ask(path)).status).toBe(404);
    expect((await ask(`/${TOKEN}/job.json`, { host: 'evil.example' })).status).toBe(404);
    expect((await ask(`/${TOKEN}/`, {}, 'POST')).status).toBe(405);
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
  });

  it('gives the pictures of the job, and no other file', async () => {
    const picture = await ask(`/${TOKEN}/pictures/report/preview-CHN00.png`);
    expect(picture).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' } });
    expect(picture.text.slice(1, 4)).toBe('PNG');
    for (const key of ['.cloudreg/job.json', '../../etc/passwd', '..%2f..%2fetc%2fpasswd', 'report/none.png'])
      expect((await ask(`/${TOKEN}/pictures/${key}`)).status).toBe(404);
  });

  it('forbids the page everything that is from elsewhere', async () => {
    const { headers, text } = await ask(`/${TOKEN}/`);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';/);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});

describe('cloudreg dashboard', () => {
  const run = async (...words: string[]) => {
    const terminal = fakeTerminal();
    return { exitCode: await cloudreg(['dashboard', ...words], terminal), text: terminal.written.err };
  };

  it('says clearly that a port is in use, that there is no job, and what a port is', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const output = fileURLToPath(seen.folder.store.url);
    const inUse = await run(output, '--port', String(port));
    taken.close();
    expect(inUse).toMatchObject({ exitCode: 2, text: expect.stringContaining(`Port ${port} is in use`) });
    const unknown = await run('/nowhere/at/all');
    expect(unknown).toMatchObject({
      exitCode: 2,
      text: expect.stringContaining('There is no job in /nowhere/at/all'),
    });
    expect(await run(output, '--port', 'many')).toMatchObject({
      exitCode: 2,
      text: expect.stringContaining('--port is "many"'),
    });
  });
});

describe.skipIf(!hasChromium)(`the page of a job in a browser${browserWord}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  interface Opened {
    readonly page: Page;
    /** Addresses asked for that are not the server's, and what the page complained of. */
    readonly foreign: string[];
    readonly complaints: string[];
  }

  async function openPage(colorScheme: 'light' | 'dark' = 'light'): Promise<Opened> {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    const [foreign, complaints]: [string[], string[]] = [[], []];
    page.on('request', (asked) => {
      if (!asked.url().startsWith(server.url)) foreign.push(asked.url());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (said) => {
      if (said.type() === 'error') complaints.push(said.text());
    });
    await page.goto(server.url);
    await page.waitForSelector(`tr[data-step="${FUSE}"]`);
    return { page, foreign, complaints };
  }
  const rowOf = (page: Page): Promise<string[]> => page.locator(`tr[data-step="${FUSE}"] td`).allInnerTexts();

  it('shows a job at work, and its next task without being asked', { timeout: 60_000 }, async () => {
    await seen.finishTask();
    const { page, foreign, complaints } = await openPage();
    expect(await page.locator('#status').innerText()).toBe('running');
    const cells = await rowOf(page);
    expect(cells.slice(0, 2)).toEqual([FUSE, 'running']);
    expect(cells[2]).toContain('1 / 10');
    expect(cells.slice(3, 6)).toEqual(['7', '30 s', '2']);
    await seen.finishTask();
    await page.locator(`tr[data-step="${FUSE}"]`, { hasText: '2 / 10' }).waitFor();
    expect(await page.locator('#curves svg').count()).toBe(3);
    await expect.poll(() => page.evaluate(`document.querySelector('img')?.naturalWidth`)).toBe(40);
    // What a job is called is text, whatever is in it.
    expect(await page.locator('#places').innerText()).toContain('<b>brain</b>');
    expect(await page.locator('#places b').count()).toBe(0);
    expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
  });

  it('shows a job that failed, with its errors', { timeout: 60_000 }, async () => {
    await seen.finishTask();
    await seen.failTask('the plane <i>p</i> is torn');
    await seen.leave();
    const { page } = await openPage();
    expect(await page.locator('#status').innerText()).toBe('failed');
    expect(await page.locator('#failures').innerText()).toContain('the plane <i>p</i> is torn');
    expect((await rowOf(page)).at(-1)).toBe('1');
  });

  it('shows a job that nobody works on, in the dark too', { timeout: 60_000 }, async () => {
    await seen.leave();
    const unfinished = await openPage('dark');
    expect(await unfinished.page.locator('#status').innerText()).toBe('unfinished');
    const ground = await unfinished.page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe('rgb(20, 24, 28)');
  });

  it('shows a job that is done', { timeout: 60_000 }, async () => {
    await seen.finish();
    const { page } = await openPage();
    expect(await page.locator('#status').innerText()).toBe('done');
    expect((await rowOf(page))[2]).toContain('10 / 10');
    expect(await page.locator('#failures-section').isHidden()).toBe(true);
  });

  it('says so when the server is gone', { timeout: 60_000 }, async () => {
    const { page } = await openPage();
    await server.close();
    await page.locator('#notice', { hasText: 'does not answer' }).waitFor();
    server = await serve();
  });
});
