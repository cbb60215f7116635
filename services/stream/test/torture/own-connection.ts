/** Options of a client that is to have a connection of its own: grpc-js shares one where all options are the same. */
export function toOwnConnection(index: number): { readonly maxMessageBytes: number } {
  return { maxMessageBytes: 2 ** 22 + index };
}
