/** Where things are on a machine of a fleet. */
export const PROGRAM_FOLDER = '/opt/cloudreg';
export const SCRATCH_FOLDER = '/scratch';
export const ENVIRONMENT_FILE = '/etc/cloudreg/environment';
export const LOG_FOLDER = '/var/log/cloudreg';
/** Whom the program runs as. */
export const USER = 'cloudreg';

export const unitName = (queue: string): string => `cloudreg@${queue}.service`;
export const logFile = (queue: string): string => `${LOG_FOLDER}/${queue}.log`;
