import type { StoredMessage } from '../message-store.js';
import { Audience, type Form, type Member } from './audience.js';

/** Audiences by name: those of users, or those of rooms. One is there as long as it has members. */
export interface Audiences<Wire> {
  readonly form: Form<Wire>;
  /** How many there are. */
  readonly size: number;
  join(name: string, member: Member<Wire>): void;
  leave(name: string, member: Member<Wire>): void;
  publish(name: string, message: StoredMessage): void;
}

export function createAudiences<Wire>(form: Form<Wire>): Audiences<Wire> {
  const audiences = new Map<string, Audience<Wire>>();
  return {
    form,
    get size() {
      return audiences.size;
    },
    join(name, member) {
      const audience = audiences.get(name) ?? new Audience(form);
      audiences.set(name, audience);
      audience.add(member);
    },
    leave(name, member) {
      const audience = audiences.get(name);
      audience?.delete(member);
      if (audience?.size === 0) audiences.delete(name);
    },
    publish: (name, message) => audiences.get(name)?.publish(message),
  };
}
