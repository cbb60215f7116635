// A service: its contract, its handlers, its process.
export { defineService, type Roles, type Service, type ServiceOptions } from './rpc/define-service.js';
export type { Context, Handler, Handlers, RequestStream, ResponseStream } from './rpc/context.js';
export { serve, type RunningServer, type ServeOptions } from './rpc/serve.js';
export type { ServerCertificates, ServerTls } from './rpc/tls/server-tls.js';
export type { ClientCertificate } from './rpc/tls/client-certificate.js';
export { runService } from './rpc/run-service.js';

// A client of a service.
export { createClient, type Client, type ClientOptions } from './rpc/create-client.js';
export type { ClientTls } from './rpc/tls/channel-security.js';
export type { CallOptions } from './rpc/call-options.js';
export type { ClientMethod, Requests, Responses } from './rpc/client-method.js';
export { Metadata } from '@grpc/grpc-js';
export { readBytes, readText } from './rpc/metadata-values.js';

// What stands around calls, on both sides.
export type {
  ClientInterceptor,
  EndListener,
  InterceptedCall,
  InterceptedClientCall,
  InterceptedServerCall,
  Interceptor,
  Messages,
  Next,
  ServerInterceptor,
  Tap,
} from './rpc/interceptors/interceptor.js';
export { validate, type Checks } from './rpc/interceptors/validate.js';
export { withToken } from './rpc/interceptors/with-token.js';
export type { CallOutcome } from './rpc/call-outcome.js';
export type { User } from './auth/user.js';
export { signToken } from './auth/sign-token.js';

// One message for many streams.
export { Broadcast } from './broadcast/broadcast.js';
export { Subscriber, type SubscriberOptions } from './broadcast/subscriber.js';
export { EncodedMessage } from './rpc/encoded-message.js';

// Errors: what handlers throw, and what callers get.
export { invalidArgument, StatusError, type ErrorCode, type StatusCode } from './errors/status-error.js';
export { CallError } from './errors/call-error.js';
export type { ErrorDetail, ReceivedDetail } from './errors/error-details.js';

// Numbers that a seed repeats.
export { createRandom, type Random } from './random/create-random.js';

// Settings and logs.
export { readServiceConfig, type ServiceConfig, type ServiceDefaults } from './config/service-config.js';
export { readSettings, schemas, StartError, type Environment, type Setting } from './config/setting.js';
export { createLogger, type Logger, type LoggerOptions } from './logging/create-logger.js';
