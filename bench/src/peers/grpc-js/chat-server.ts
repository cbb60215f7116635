import { fileURLToPath } from 'node:url';
import { Metadata, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** Rooms on plain grpc-js as the tutorials write a chat: a list of calls, and `call.write` for each. It stores nothing. */
export function startChatServer(): Promise<number> {
  const rooms = new Map<string, Set<any>>();
  const server = new Server();
  server.addService(loadChatService(), {
    Chat(call: any) {
      const room = String(call.metadata.get('room-id')[0]);
      const members = rooms.get(room) ?? new Set();
      rooms.set(room, members);
      members.add(call);
      call.sendMetadata(new Metadata());
      call.on('data', (message: any) => {
        for (const member of members) member.write(message);
      });
      call.on('end', () => {
        members.delete(call);
        call.end();
      });
      for (const event of ['close', 'cancelled', 'error']) call.on(event, () => members.delete(call));
    },
  });
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    ),
  );
}

function loadChatService(): ServiceDefinition {
  const folder = fileURLToPath(new URL('../proto', import.meta.resolve('@streamworks/proto')));
  const definitions = loadSync('chat/chat.proto', { includeDirs: [folder], longs: String, defaults: true });
  return definitions['chat.ChatService'] as ServiceDefinition; // the file defines it
}
