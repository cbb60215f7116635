export type {
  BidiStreaming,
  ClientStreaming,
  Codec,
  Contract,
  Exact,
  MessageInit,
  Method,
  Methods,
  ServerStreaming,
  Unary,
} from './contract.js';
export { DecodeError, EncodeError } from './codec-error.js';
export { wrapMessage } from './wrap-message.js';
export { loadContract } from './load-contract.js';
export { readDescriptorSet, type FileDescriptor } from './descriptor-set.js';
