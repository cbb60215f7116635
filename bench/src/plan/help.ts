import { peers } from '../peers/peers.js';
import { GRPC_GO } from './cell.js';
import { choices } from './command-line.js';

export const help = `Usage: pnpm bench [pattern…] [options]

Measures the streaming layer beside its peers: server and client in processes of their own, rounds that take turns,
medians. Without options that say what to combine: all that docs/performance.md shows, or what it shows of the patterns.
Exit code 1 where a peer fails, 2 for a command line that makes no sense.

Patterns: ${choices.join(', ')}
Peers: ${Object.keys(peers).join(', ')}; as a server also ${GRPC_GO.name}

Who:
  --peers <peer,…>        each with itself on both sides
  --server <peer,…>       these servers, each with every client (default: ours)
  --client <peer,…>       these clients, each with every server (default: ours)
  --address <host:port>   one more server: whatever serves the contract and runs already
  --name <name>           what to call it (default: its address)
What:
  --payload <size,…>      int64, or bytes such as 1KiB or 64KiB beside it (default: int64)
  --count <number,…>      messages, calls or streams, such as 1e3,1e6 (default: what the pattern is known by)
  --subscribers <number>  of the fan-out (default: 200)
How:
  --rounds <number>       default: 3
  --limit <seconds>       what one run may take (default: 60); what takes longer is not tried with more
  --quick                 one round with few messages: shows that everything runs, its figures say nothing
Where to:
  --json <file>           every round, for programs
  --chart <file>          the ratios to plain grpc-js, as SVG
  -h, --help              this text

Examples:
  pnpm bench
  pnpm bench server-streaming --peers ours,grpc-js
  pnpm bench bidi --server ours,grpc-js --client raw
  pnpm bench client-streaming --peers ours,grpc-js --count 1e3,1e4,1e5,1e6
  pnpm bench unary --address 127.0.0.1:50051 --name mine --client ours,grpc-js
`;
