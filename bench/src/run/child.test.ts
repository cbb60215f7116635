import { describe, expect, it } from 'vitest';
import { withoutProxies } from './child.js';

describe('withoutProxies', () => {
  it('takes out what some peers would go through, and nothing else', () => {
    const proxies = {
      http_proxy: 'a',
      https_proxy: 'a',
      grpc_proxy: 'a',
      HTTP_PROXY: 'a',
      HTTPS_PROXY: 'a',
      GRPC_PROXY: 'a',
    };
    const rest = { PATH: '/bin', no_proxy: 'b', MY_HTTP_PROXY: 'c' };
    expect(withoutProxies({ ...proxies, ...rest })).toEqual(rest);
  });
});
