// Asks for the job's figures every second and writes them into the page. Text is set as text: nothing of a job is markup.

const PAUSE_MILLISECONDS = 1000;
const PAUSE_WHEN_OVER_MILLISECONDS = 5000;

const place = (id) => document.getElementById(id);

/** An element with text or children. */
function make(name, content, attributes = {}) {
  const element = document.createElement(name);
  element.append(...(Array.isArray(content) ? content : [content]));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const unknown = '–';
const millions = (value) =>
  value === undefined ? unknown : (value / 1e6).toLocaleString('en', { maximumSignificantDigits: 3 });
const whole = (value) => value.toLocaleString('en');

function duration(seconds) {
  if (seconds === undefined) return unknown;
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function stepRow(step) {
  const { tasks, done, failed, accepted, speeds = {} } = step;
  const settled = done + failed + accepted;
  const progress =
    tasks === undefined
      ? unknown
      : [
          make('progress', '', { max: Math.max(1, tasks), value: tasks === 0 ? 1 : settled }),
          `${whole(settled)} / ${whole(tasks)}`,
        ];
  const cells = [
    step.step,
    make('span', step.state, { class: step.state }),
    progress,
    whole(step.backlog),
    duration(step.oldestSeconds),
    whole(step.workers),
    millions(speeds.voxelsPerSecond),
    millions(speeds.bytesReadPerSecond),
    millions(speeds.bytesWrittenPerSecond),
    duration(speeds.p50Seconds),
    duration(speeds.p95Seconds),
    make('span', whole(failed), failed > 0 ? { class: 'failed' } : {}),
  ];
  return make(
    'tr',
    cells.map((cell) => make('td', cell)),
    { 'data-step': step.step },
  );
}

const SVG = 'http://www.w3.org/2000/svg';

/** The height of the curve is its largest value. */
function curve(title, points, read) {
  const values = points.map(read);
  const most = Math.max(...values);
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 100 100');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${title} over time, at most ${millions(most)}`);
  const path = document.createElementNS(SVG, 'path');
  const x = (index) => (100 * (index + 0.5)) / values.length;
  const line = values.map((value, index) => `${x(index)},${100 - (98 * value) / (most || 1)}`);
  path.setAttribute('d', `M${x(0)},100 L${line.join(' L')} L${x(values.length - 1)},100 Z`);
  svg.append(path);
  return make('figure', [make('figcaption', `${title}, at most ${millions(most)}`), svg], { class: 'curve' });
}

function showHistory(points) {
  if (points.length === 0) return place('curves').replaceChildren(make('p', 'No task has ended yet.'));
  place('curves').replaceChildren(
    curve('Mvoxel/s', points, (point) => point.voxelsPerSecond),
    curve('read MB/s', points, (point) => point.bytesReadPerSecond),
    curve('wrote MB/s', points, (point) => point.bytesWrittenPerSecond),
  );
}

function showFailures(failures) {
  place('failures-section').hidden = failures.length === 0;
  place('failures').replaceChildren(
    ...failures.map(({ step, subject, attempts, accepted, lastError }) => {
      const what = typeof subject === 'number' ? `task ${subject}` : subject;
      const fate = accepted ? 'accepted as missing' : 'failed';
      return make('li', `${step}, ${what}: ${fate} after ${attempts} attempts: ${lastError.message}`);
    }),
  );
}

let shownPictures = '';
/** Pictures stay as they are until there are others, or the job moved on. */
function showPictures(pictures, version) {
  const wanted = [...pictures, version].join('\n');
  if (wanted === shownPictures) return;
  shownPictures = wanted;
  place('pictures-section').hidden = pictures.length === 0;
  place('pictures').replaceChildren(
    ...pictures.map((key) => {
      const address = `pictures/${key.split('/').map(encodeURIComponent).join('/')}`;
      const image = make('img', '', { src: address, alt: key, loading: 'lazy' });
      return make('figure', [make('a', image, { href: address }), make('figcaption', key)]);
    }),
  );
}

/** In the words of the command line: a job that could run and that nobody runs is unfinished. */
function statusOf({ status, owner }) {
  const isOpen = status === 'running' || status === 'waiting';
  return isOpen && owner === null ? 'unfinished' : status;
}

function show(job) {
  const status = statusOf(job);
  document.title = `${status} · CloudReg`;
  place('status').textContent = status;
  place('status').className = `badge ${status}`;
  place('places').textContent = `${job.input} → ${job.output} · job ${job.jobId}`;
  place('notice').textContent = job.owner ? `Process ${job.owner.pid} on ${job.owner.host} works on it.` : '';
  place('steps').replaceChildren(...job.steps.map(stepRow));
  showHistory(job.history);
  showFailures(job.failures);
  showPictures(job.pictures, job.steps.filter(({ state }) => state === 'done').length);
}

async function look() {
  let pause = PAUSE_MILLISECONDS;
  try {
    const response = await fetch('job.json');
    if (!response.ok) throw new Error(await response.text());
    const job = await response.json();
    show(job);
    if (job.owner === null) pause = PAUSE_WHEN_OVER_MILLISECONDS;
  } catch (error) {
    place('notice').textContent =
      `cloudreg dashboard does not answer (${error.message}). What is shown is old.`;
  }
  setTimeout(look, pause);
}

await look();
