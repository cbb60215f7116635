import { readDescriptorSet, type FileDescriptor } from '@streamworks/proto';
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '@streamworks/proto/grpc/reflection/v1/reflection';
import { ServerReflection as ServerReflectionAlpha } from '@streamworks/proto/grpc/reflection/v1alpha/reflection';
import type { MessageInit } from '@streamworks/proto';
import { statusCodes } from '../errors/status-error.js';
import type { Context, RequestStream } from './context.js';
import { defineService, type Service } from './define-service.js';

/**
 * Server reflection, v1 and v1alpha, from the descriptor set that the compiler wrote: clients such as `buf curl` find
 * every file with its imports. https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export function createReflectionServices(names: readonly string[]): Service[] {
  const all = [...names, 'grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'].sort();
  const answer = createAnswerer(all);
  async function* serverReflectionInfo(
    requests: RequestStream<ServerReflectionRequest>,
    _context: Context<ServerReflectionResponse>,
  ): AsyncGenerator<MessageInit<ServerReflectionResponse>> {
    for await (const request of requests)
      yield { ...answer(request), validHost: request.host, originalRequest: request };
  }
  const roles = { serverReflectionInfo: 'open' } as const;
  // The messages of v1alpha are those of v1 by another name.
  return [
    defineService(ServerReflection, { serverReflectionInfo }, { roles }),
    defineService(ServerReflectionAlpha, { serverReflectionInfo }, { roles }),
  ];
}

function createAnswerer(names: readonly string[]) {
  const index = createIndex();
  return (request: ServerReflectionRequest): MessageInit<ServerReflectionResponse> => {
    const { fileByFilename, fileContainingSymbol, fileContainingExtension, allExtensionNumbersOfType } = request;
    if (request.messageRequest === 'listServices') {
      return { listServicesResponse: { service: names.map((name) => ({ name })) } };
    }
    if (fileByFilename !== undefined) return toFiles(index().byName.get(fileByFilename), index, fileByFilename);
    if (fileContainingSymbol !== undefined) {
      return toFiles(index().bySymbol.get(fileContainingSymbol), index, fileContainingSymbol);
    }
    if (allExtensionNumbersOfType !== undefined) {
      if (!index().bySymbol.has(allExtensionNumbersOfType)) return notFound(allExtensionNumbersOfType);
      return { allExtensionNumbersResponse: { baseTypeName: allExtensionNumbersOfType } };
    }
    if (fileContainingExtension) {
      return notFound(
        `extension ${fileContainingExtension.extensionNumber} of ${fileContainingExtension.containingType}`,
      );
    }
    return toError(statusCodes.INVALID_ARGUMENT, 'the request asks for nothing');
  };
}

interface Index {
  readonly byName: ReadonlyMap<string, FileDescriptor>;
  readonly bySymbol: ReadonlyMap<string, FileDescriptor>;
}

/** Read at the first question: most processes are never asked. */
function createIndex(): () => Index {
  let index: Index | undefined;
  return () => {
    if (index !== undefined) return index;
    const files = readDescriptorSet();
    index = {
      byName: new Map(files.map((file) => [file.name, file])),
      bySymbol: new Map(files.flatMap((file) => file.symbols.map((symbol) => [symbol, file]))),
    };
    return index;
  };
}

/** The file and all that it imports: a client needs each of them to read the first. */
function toFiles(
  file: FileDescriptor | undefined,
  index: () => Index,
  asked: string,
): MessageInit<ServerReflectionResponse> {
  if (file === undefined) return notFound(asked);
  const found = new Set<FileDescriptor>();
  const visit = (next: FileDescriptor | undefined): void => {
    if (next === undefined || found.has(next)) return;
    found.add(next);
    for (const dependency of next.dependencies) visit(index().byName.get(dependency));
  };
  visit(file);
  return { fileDescriptorResponse: { fileDescriptorProto: [...found].map(({ bytes }) => bytes) } };
}

function notFound(what: string): MessageInit<ServerReflectionResponse> {
  return toError(statusCodes.NOT_FOUND, `not found: ${what}`);
}

function toError(errorCode: number, errorMessage: string): MessageInit<ServerReflectionResponse> {
  return { errorResponse: { errorCode, errorMessage } };
}
