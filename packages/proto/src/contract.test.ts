import { describe, expect, expectTypeOf, it } from 'vitest';
import { readDescriptorSet } from './index.js';
import { loadContract } from './load-contract.js';
import { SayHello } from './gen/hello.js';
import { LaptopService } from './gen/techschool/pcbook/laptop_service.js';
import { AuthService } from './gen/techschool/pcbook/auth_service.js';
import { ChatService, MessageService } from './gen/message.js';
import { ChatService as RoomService } from './gen/chat/chat.js';
import { RouteGuide } from './gen/routeguide/route_guide.js';
import { StockService } from './gen/stock_service.js';
import { BidirectionalStreamServer } from './gen/stream/sqrt.js';
import { ServerStream, type ServerStreamReq } from './gen/stream/pow.js';
import { ClientStream } from './gen/stream/sum.js';
import { StreamService } from './gen/stream_service.js';
import { AllStreamServer } from './gen/helloworld/all_stream.js';

const [unary, server, client, bidi] = ['unary', 'server', 'client', 'bidi'];

/** The wire contract: every path and its kind. Clients generated elsewhere depend on each line. */
const paths = {
  '/SayHello/Hello': unary,
  '/stream.ClientStream/Sum': client,
  '/stream.ServerStream/Pow': server,
  '/stream.BidirectionalStreamServer/Sqrt': bidi,
  '/helloworld.AllStreamServer/AllStream': bidi,
  '/techschool.pcbook.LaptopService/CreateLaptop': unary,
  '/techschool.pcbook.LaptopService/SearchLaptop': server,
  '/techschool.pcbook.LaptopService/UploadImage': client,
  '/techschool.pcbook.LaptopService/RateLaptop': bidi,
  '/techschool.pcbook.AuthService/Login': unary,
  '/StreamService/GetUserList': server,
  '/StreamService/GetStockPrices': server,
  '/StreamService/UploadFile': client,
  '/StreamService/CreateUsers': client,
  '/StreamService/DownloadFile': server,
  '/StockService/GetRealTimePrices': server,
  '/MessageService/receiveMessage': server,
  '/MessageService/sendMessage': client,
  '/ChatService/chat': bidi,
  '/chat.ChatService/Chat': bidi,
  '/routeguide.RouteGuide/GetFeature': unary,
  '/routeguide.RouteGuide/ListFeatures': server,
  '/routeguide.RouteGuide/RecordRoute': client,
  '/routeguide.RouteGuide/RouteChat': bidi,
};

const contracts = [
  SayHello,
  ClientStream,
  ServerStream,
  BidirectionalStreamServer,
  AllStreamServer,
  LaptopService,
  AuthService,
  StreamService,
  StockService,
  MessageService,
  ChatService,
  RoomService,
  RouteGuide,
];

describe('contracts', () => {
  it('have exactly the paths and kinds of the wire contract', () => {
    const actual = contracts.flatMap((contract) =>
      Object.values(contract.methods).map(({ path, requestStream, responseStream }) => {
        if (requestStream) return [path, responseStream ? bidi : client];
        return [path, responseStream ? server : unary];
      }),
    );
    expect(Object.fromEntries(actual)).toEqual(paths);
  });

  it('give handlers bigint for 64-bit fields', () => {
    expectTypeOf<ServerStreamReq>().toEqualTypeOf<{ number: bigint }>();
  });

  it('know which methods may be repeated', () => {
    expect(SayHello.methods.hello.idempotent).toBe(true);
    expect(LaptopService.methods.createLaptop.idempotent).toBe(false);
  });

  it('refuse a service that the file does not define', () => {
    expect(() => loadContract('hello.proto', 'SayHallo')).toThrow('hello.proto has no service SayHallo');
  });
});

describe('the descriptor set', () => {
  const files = readDescriptorSet();

  it('holds every method', () => {
    const symbols = new Set(files.flatMap((file) => file.symbols));
    for (const path of Object.keys(paths)) expect(symbols).toContain(path.slice(1).replace('/', '.'));
  });

  it('holds every file that another one imports', () => {
    const names = new Set(files.map((file) => file.name));
    for (const file of files) for (const dependency of file.dependencies) expect(names).toContain(dependency);
  });
});
