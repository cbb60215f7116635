import type { Point } from '@streamworks/proto/routeguide/route_guide';

/** A message that is left at a location. */
export interface Note {
  readonly location: Point;
  readonly message: string;
}

/** A note that is stored, with its number among those of its location. */
export interface NumberedNote extends Note {
  readonly number: number;
}

/** Keeps the notes that were left at locations: each location has its own, in one order that never changes. */
export interface NoteStore {
  /**
   * Adds notes behind all others of their locations, in their order and all of them or none. Resolves with their numbers
   * when they are stored for good. The numbers of a location rise by one from 1; a note becomes visible after all those with
   * a lower number.
   */
  append(notes: readonly Note[]): Promise<NumberedNote[]>;
  /**
   * What is kept at a note's location of the notes before it, oldest first, read in pages as it is taken. A location keeps its
   * newest notes: what is trimmed while this is read may be missing.
   */
  readBefore(note: NumberedNote): AsyncIterable<Pick<Note, 'message'>>;
}
