import { Broadcast, type Subscriber } from '@streamworks/common';
import type { Codec, MessageInit } from '@streamworks/proto';
import type { StoredMessage } from '../message-store.js';

/** Makes of a stored message what a caller gets. */
export type ToWire<Wire> = (message: StoredMessage, isFull: boolean) => MessageInit<Wire>;

/** Where messages go to, and how they look there. */
export interface Form<Wire> {
  readonly method: { readonly response: Codec<Wire> };
  readonly toWire: ToWire<Wire>;
}

/** One stream of a user. */
export interface Member<Wire> {
  readonly subscriber: Subscriber<Wire>;
  readonly user: string;
  /** Whether it gets what its user has sent. */
  readonly echo: boolean;
  readonly isFull: boolean;
}

/** Who hears the same messages: the streams of one user, or those in one room. Each message is encoded once in each form. */
export class Audience<Wire> {
  readonly #toWire: ToWire<Wire>;
  readonly #plain: Broadcast<Wire>;
  readonly #full: Broadcast<Wire>;
  /** Those who do not get what their user sends, by user. */
  readonly #deaf = new Map<string, Set<Member<Wire>>>();

  constructor({ method, toWire }: Form<Wire>) {
    this.#toWire = toWire;
    this.#plain = new Broadcast(method);
    this.#full = new Broadcast(method);
  }

  get size(): number {
    return this.#plain.size + this.#full.size;
  }

  add(member: Member<Wire>): void {
    this.#broadcastOf(member).add(member.subscriber);
    if (member.echo) return;
    const others = this.#deaf.get(member.user);
    if (others === undefined) this.#deaf.set(member.user, new Set([member]));
    else others.add(member);
  }

  delete(member: Member<Wire>): void {
    this.#broadcastOf(member).delete(member.subscriber);
    const others = this.#deaf.get(member.user);
    if (others?.delete(member) === true && others.size === 0) this.#deaf.delete(member.user);
  }

  /** Delivers a message to all but those of the sender who do not want it; one to oneself is wanted. */
  publish(message: StoredMessage): void {
    const isToSelf = message.kind === 'direct' && message.sender === message.target;
    const left = isToSelf ? [] : [...(this.#deaf.get(message.sender) ?? [])];
    for (const member of left) this.#broadcastOf(member).delete(member.subscriber);
    try {
      if (this.#plain.size > 0) this.#plain.publish(this.#toWire(message, false));
      if (this.#full.size > 0) this.#full.publish(this.#toWire(message, true));
    } finally {
      for (const member of left) this.#broadcastOf(member).add(member.subscriber);
    }
  }

  #broadcastOf({ isFull }: Member<Wire>): Broadcast<Wire> {
    return isFull ? this.#full : this.#plain;
  }
}
