/** What the tokens of the guarded server are signed with; it guards nothing else. */
export const BENCH_SECRET = 'a secret that everybody may know, for it guards nothing';
