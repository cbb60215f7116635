// A service: its contract, its handlers, its process.
export { defineService, type Service } from './rpc/define-service.js';
export type { Context, Handler, Handlers, RequestStream, ResponseStream } from './rpc/context.js';
export { serve, type RunningServer, type ServeOptions } from './rpc/serve.js';
export type { ServerCertificates, ServerTls } from './rpc/tls/server-tls.js';
export type { ClientCertificate } from './rpc/tls/client-certificate.js';
export { runService } from './rpc/run-service.js';

// A client of a service.
export {
  createClient,
  type CallOptions,
  type Client,
  type ClientOptions,
  type Requests,
  type Responses,
} from './rpc/create-client.js';
export { Metadata } from '@grpc/grpc-js';

// Errors: what handlers throw, and what callers get.
export { invalidArgument, StatusError, type ErrorCode, type StatusCode } from './errors/status-error.js';
export { CallError } from './errors/call-error.js';
export type { ErrorDetail, ReceivedDetail } from './errors/error-details.js';

// Settings and logs.
export { readServiceConfig, type ServiceConfig, type ServiceDefaults } from './config/service-config.js';
export { readSettings, schemas, StartError, type Environment, type Setting } from './config/setting.js';
export { createLogger, type Logger, type LoggerOptions } from './logging/create-logger.js';
