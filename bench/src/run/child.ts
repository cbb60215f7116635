import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts a process of this package. What it logs goes nowhere, its errors go where ours do. */
export function startChild(script: 'server' | 'client' | 'plain-chat', arg = ''): ChildProcess {
  const path = fileURLToPath(new URL(`../process/${script}.js`, import.meta.url));
  // oxlint-disable-next-line node/no-process-env -- what Node and the system set is for the processes of a run, too
  const options = { env: withoutProxies(process.env), execArgv: ['--expose-gc'] };
  return endWithUs(fork(path, [arg], { ...options, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
}

/** An environment without proxies: some peers would go through them, also to this machine, and others would not. */
export function withoutProxies(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(?:https?|grpc)_proxy$/i.test(name)));
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Ends a process with this one, also one that is too busy to see that its parent is gone. */
export function endWithUs<Child extends ChildProcess>(child: Child): Child {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** The next message of a process. Rejects where it ends instead. */
export function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      child.off('exit', onExit);
      resolve(message as Message); // both sides are of this package
    };
    const onExit = (code: number | null, signal: string | null): void => {
      child.off('message', onMessage);
      reject(new Error(`its process ended with ${signal ?? `exit code ${code}`}`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

/** Ends a process by force: what it holds is of no use to anybody. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
