import { StatusError, type Context, type Subscriber } from '@streamworks/common';

/** Ends a stream with UNAVAILABLE, behind what waits for its reader, when the server is to stop; what it gives back takes that away. */
export function endOnDrain<Wire>({ draining }: Context<Wire>, subscriber: Subscriber<Wire>): () => void {
  const end = (): void => subscriber.end(new StatusError('UNAVAILABLE', 'the server is shutting down'));
  draining.addEventListener('abort', end);
  if (draining.aborted) end();
  return () => draining.removeEventListener('abort', end);
}
