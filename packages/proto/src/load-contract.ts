import {
  IdempotencyLevel,
  loadSync,
  type MessageTypeDefinition,
  type MethodDefinition,
  type PackageDefinition,
} from '@grpc/proto-loader';
import { createCodec } from './codec.js';
import type { Codec, Contract, Method, Methods } from './contract.js';
import { loaderOptions } from './loader-options.js';
import { createPlans, type MethodPlan, type Plans } from './message-plan.js';

/**
 * Loads one service from a .proto file. The generated modules call it, so that an application imports
 * `ServerStream` from `@streamworks/proto/stream/pow` and never names a file.
 *
 * Throws where the file has no such service, or where two of its methods would get the same key.
 */
export function loadContract<M extends Methods>(file: string, service: string): Contract<M> {
  const { definitions, plans } = loadFile(file);
  const definition = definitions[service];
  if (definition === undefined || 'format' in definition) throw new Error(`${file} has no service ${service}`);
  const methods: Record<string, Method<any, any>> = {};
  for (const [name, methodDefinition] of Object.entries(definition)) {
    const key = name.charAt(0).toLowerCase() + name.slice(1);
    if (Object.hasOwn(methods, key)) throw new Error(`${service} has two methods that would both be called ${key}`);
    methods[key] = createMethod(name, methodDefinition, plans.methods);
  }
  return { name: service, file, methods: methods as M }; // the module and the .proto come from one generator run
}

/** Loads the codec of one message from a .proto file; for messages that no method carries, such as status details. */
export function loadCodec<Message>(file: string, message: string): Codec<Message> {
  const { definitions, plans } = loadFile(file);
  const definition = definitions[message];
  const plan = plans.messages.get(message);
  if (definition === undefined || plan === undefined) throw new Error(`${file} has no message ${message}`);
  return createCodec<Message>(definition as MessageTypeDefinition<object, object>, plan); // a planned name is a message
}

interface LoadedFile {
  readonly definitions: PackageDefinition;
  readonly plans: Plans;
}

const loadedFiles = new Map<string, LoadedFile>();

function loadFile(file: string): LoadedFile {
  const loaded = loadedFiles.get(file);
  if (loaded !== undefined) return loaded;
  const definitions = loadSync(file, loaderOptions);
  // Every definition of a message carries the descriptors of all files that were loaded with it.
  const message = Object.values(definitions).find((definition) => 'fileDescriptorProtos' in definition);
  const plans = createPlans((message?.['fileDescriptorProtos'] ?? []) as Buffer[]);
  const result = { definitions, plans };
  loadedFiles.set(file, result);
  return result;
}

function createMethod(
  name: string,
  { path, requestType, responseType, requestStream, responseStream, options }: MethodDefinition<object, object>,
  plans: ReadonlyMap<string, MethodPlan>,
): Method<any, any> {
  const plan = plans.get(path);
  if (plan === undefined) throw new Error(`${path} is in no descriptor`);
  return {
    name,
    path,
    requestStream,
    responseStream,
    idempotent: options.idempotency_level !== IdempotencyLevel.IDEMPOTENCY_UNKNOWN,
    request: createCodec(requestType, plan.request),
    response: createCodec(responseType, plan.response),
  };
}
