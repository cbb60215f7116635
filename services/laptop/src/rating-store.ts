/** A score for a laptop, by its UUID in the canonical form. */
export interface Rating {
  readonly laptop: string;
  readonly score: number;
}

/** The ratings of one laptop after one of them. */
export interface Rated {
  /** How many there are. */
  readonly count: number;
  readonly average: number;
}

/** Keeps the ratings. */
export interface RatingStore {
  /**
   * Adds ratings up to the first one of a laptop that is not there, all of them or none, and resolves when they are stored for
   * good: for each what the ratings of its laptop come to with it, whoever has rated it meanwhile.
   */
  add(ratings: readonly Rating[]): Promise<Rated[]>;
}
