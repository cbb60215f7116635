/** The two ways to one's feed: each has a position of its own. */
export type Door = 'receive' | 'chat';

/** How far a user has read through a door. */
export interface Position {
  readonly reader: string;
  readonly door: Door;
  readonly sequence: bigint;
}

/** Keeps the positions of users. */
export interface PositionStore {
  /** Undefined where the user has never read through the door. */
  read(reader: string, door: Door): Promise<bigint | undefined>;
  /** Moves positions forward: one that is further already stays where it is. */
  save(positions: readonly Position[]): Promise<void>;
}
