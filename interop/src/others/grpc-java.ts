import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, toCacheFolder } from './build-once.js';
import { run, type OtherPeer } from './other-peer.js';

const VERSION = '1.76.0';
const START_LIMIT_MS = 30_000;
const FETCH_LIMIT_MS = 600_000;
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

const pom = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>streamworks</groupId>
  <artifactId>interop</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.grpc</groupId>
      <artifactId>grpc-interop-testing</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** The interop programs of https://github.com/grpc/grpc-java, fetched by Maven. */
export async function prepareGrpcJava(): Promise<OtherPeer | string> {
  const folder = toCacheFolder(`grpc-java-${VERSION}`);
  const withoutJava = await run(['java', '-version'], { limitMs: START_LIMIT_MS });
  if (withoutJava !== undefined) return withoutJava;
  const problem = await buildOnce(folder, (unfinished) => {
    const file = join(unfinished, 'pom.xml');
    writeFileSync(file, pom);
    const command = ['mvn', '-q', '-B', '-f', file, COPY, `-DoutputDirectory=${join(unfinished, 'lib')}`] as const;
    return run(command, { limitMs: FETCH_LIMIT_MS });
  });
  if (problem !== undefined) return problem;
  const java = ['java', '-cp', join(folder, 'lib', '*')] as const;
  const program = 'io.grpc.testing.integration.TestService';
  return {
    name: `grpc-java ${VERSION}`,
    client: (name, port) => [
      ...java,
      `${program}Client`,
      '--server_host=127.0.0.1',
      `--server_port=${port}`,
      '--use_tls=false',
      `--test_case=${name}`,
    ],
    server: (port) => [...java, `${program}Server`, `--port=${port}`, '--use_tls=false'],
  };
}
