import { expect, it } from 'vitest';
import { readOthersCommand } from './others-options.js';

const read = (...args: string[]) => {
  const command = readOthersCommand(args);
  return command && [...command.chosen.keys()];
};

it('runs all implementations, or one', () => {
  expect(read()).toEqual(['grpc-go', 'grpc-java', 'route-guide']);
  expect(read('--only', 'grpc-java')).toEqual(['grpc-java']);
  expect(read('--', '--only=grpc-go')).toEqual(['grpc-go']);
});

it('gives nothing where help is asked for', () => {
  expect(read('--help')).toBeUndefined();
  expect(read('-h')).toBeUndefined();
});

it.each([
  [['--only', 'grpc-c'], 'there is no implementation "grpc-c"; there are: grpc-go grpc-java route-guide'],
  [['--nothing'], "Unknown option '--nothing'"],
  [['grpc-go'], "Unexpected argument 'grpc-go'"],
])('refuses %j', (args, message) => {
  expect(() => read(...args)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
});
