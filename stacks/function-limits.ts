/** What Lambda gives a function: plans, uploads and dead letters read and write small files and send messages. */

/** A plan of a million tasks sends its expansions within a minute; what takes longer is handed back and goes on. */
export const FUNCTION_SECONDS = 300;
/** For plans: one whole core (AWS-LIMITS, Lambda), and room for the list of a million planes. */
export const PLAN_MIB = 1769;
/** For what waits for queues and small files. */
export const WAITING_MIB = 512;
