import { IdempotencyLevel, loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { createCodec } from './codec.js';
import type { Contract, Method, Methods } from './contract.js';
import { loaderOptions } from './loader-options.js';
import { createMethodPlans, type MethodPlan } from './message-plan.js';

/**
 * Loads one service from a .proto file. The generated modules call it, so that an application imports
 * `ServerStream` from `@streamworks/proto/stream/pow` and never names a file.
 *
 * Throws where the file has no such service, or where two of its methods would get the same key.
 */
export function loadContract<M extends Methods>(file: string, service: string): Contract<M> {
  const definitions = loadSync(file, loaderOptions);
  const definition = definitions[service];
  if (definition === undefined || 'format' in definition) throw new Error(`${file} has no service ${service}`);
  const plans = createMethodPlans(readFiles(definition));
  const methods: Record<string, Method<any, any>> = {};
  for (const [name, methodDefinition] of Object.entries(definition)) {
    const key = name.charAt(0).toLowerCase() + name.slice(1);
    if (key in methods) throw new Error(`${service} has two methods that would both be called ${key}`);
    methods[key] = createMethod(name, methodDefinition as MethodDefinition<object, object>, plans);
  }
  return { name: service, file, methods: methods as M }; // the module and the .proto come from one generator run
}

/** Every message definition of the loader carries all files that were loaded with it. */
function readFiles(definition: ServiceDefinition): Buffer[] {
  return Object.values(definition)[0]?.requestType.fileDescriptorProtos ?? [];
}

function createMethod(
  name: string,
  { path, requestType, responseType, requestStream, responseStream, options }: MethodDefinition<object, object>,
  plans: Map<string, MethodPlan>,
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
