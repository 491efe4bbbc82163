/**
 * What the log says of jobs, in the words of CloudWatch Logs Insights. Jobs are no dimension of any metric, as each would
 * cost a month's price for every metric; the lines are there anyway. A message may be handled twice and is then counted
 * twice: the exact figures are those of `cloudreg status`.
 */
import { LOG_EVENTS } from '../../shared/adapters/aws/metrics/metric-names.ts';

const { progress, planned, stepDone, stepFailed, stepIncomplete, gaveUpWaiting, uploadRefused } = LOG_EVENTS;
const quoted = (events: readonly string[]): string => events.map((event) => `"${event}"`).join(', ');

/** Tasks done of those planned, by job and step, in the time that the dashboard shows. */
export const PROGRESS_QUERY = [
  'fields job, step, tasks, done, failed',
  `filter event in [${quoted([planned, progress])}]`,
  'stats sum(tasks) as planned, sum(done) as finished, sum(failed) as failures, max(@timestamp) as latest by job, step',
  'sort latest desc',
  'limit 100',
].join(' | ');

/** What ended, and how, the latest first. */
export const ENDS_QUERY = [
  'fields @timestamp, event, job, step, progress, acquisition, problem',
  `filter event in [${quoted([stepDone, stepFailed, stepIncomplete, gaveUpWaiting, uploadRefused])}]`,
  'sort @timestamp desc',
  'limit 50',
].join(' | ');

/** Errors of tasks and plans, each attempt. */
export const ERRORS_QUERY = [
  'fields @timestamp, job, step, subject, error, @logStream',
  'filter event = "failed"',
  'sort @timestamp desc',
  'limit 50',
].join(' | ');
