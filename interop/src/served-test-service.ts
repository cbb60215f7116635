import type { Contract } from '@streamworks/proto';
import { TestService, type TestServiceMethods } from '@streamworks/proto/grpc/testing/test';

const { unimplementedCall: _leftOut, ...served } = TestService.methods;

/** TestService without UnimplementedCall: a method that a contract does not have is UNIMPLEMENTED, as the cases want it. */
export const ServedTestService: Contract<Omit<TestServiceMethods, 'unimplementedCall'>> = {
  ...TestService,
  methods: served,
};
