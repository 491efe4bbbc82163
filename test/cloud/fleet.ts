/** Consumers that are started again whenever one dies, as an Auto Scaling group does. */
import type { LocalCloud } from './local-cloud.ts';
import type { Post, Running } from './program.ts';

export interface Fleet {
  /** Those that have started. */
  atWork(): readonly Running[];
  /** Without a chance to hand anything back. */
  kill(name: string): void;
  /** Processes that ended although nobody killed them: `name: exit code`. */
  readonly ownEnds: readonly string[];
  /** Ends them: SIGTERM lets them finish what they have. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export function startFleet(cloud: LocalCloud, posts: readonly Post[]): Fleet {
  const running = new Map<string, Running>();
  const killed = new Set<string>();
  const ownEnds: string[] = [];
  let isStopping = false;
  let started = 0;

  const man = (post: Post): void => {
    started += 1;
    const program = cloud.start({ ...post, name: `${post.name}-${started}` });
    running.set(program.name, program);
    void program.ended.then((exitCode) => {
      running.delete(program.name);
      if (isStopping) return;
      if (!killed.has(program.name)) ownEnds.push(`${program.name}: ${exitCode}`);
      man(post);
    });
  };
  for (const post of posts) man(post);

  return {
    atWork: () => [...running.values()].filter((program) => program.isAtWork()),
    kill(name) {
      killed.add(name);
      void running.get(name)?.end('SIGKILL');
    },
    ownEnds,
    async stop(signal) {
      isStopping = true;
      await Promise.all([...running.values()].map((program) => program.end(signal)));
    },
  };
}
