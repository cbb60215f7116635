import { fileURLToPath } from 'node:url';
import { loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const folder = fileURLToPath(new URL('../proto', import.meta.resolve('@streamworks/proto')));
const definitions = loadSync(['hello.proto', 'stream/pow.proto', 'stream/sum.proto', 'stream/sqrt.proto'], {
  includeDirs: [folder],
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
});

/** The services as plain grpc-js has them. */
export function loadPlain() {
  const service = (name: string): ServiceDefinition => definitions[name] as ServiceDefinition;
  return {
    hello: service('SayHello'),
    pow: service('stream.ServerStream'),
    sum: service('stream.ClientStream'),
    sqrt: service('stream.BidirectionalStreamServer'),
  };
}

/** The clients as plain grpc-js has them, untyped as the tutorials use them. */
export function loadPlainClients(): any {
  return loadPackageDefinition(definitions);
}
