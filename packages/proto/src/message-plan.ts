import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

/** The scalar types of protobuf, and `message` and `enum`. */
export type FieldType =
  | 'double'
  | 'float'
  | 'int64'
  | 'uint64'
  | 'int32'
  | 'fixed64'
  | 'fixed32'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'uint32'
  | 'sfixed32'
  | 'sfixed64'
  | 'sint32'
  | 'sint64'
  | 'message'
  | 'enum';

/** What the codec has to know of one field. */
export interface FieldPlan {
  readonly name: string;
  readonly number: number;
  readonly type: FieldType;
  readonly repeated: boolean;
  /** The type of a message field; of a map field, the type of its entries. */
  readonly message?: MessagePlan;
  readonly isMap: boolean;
  /** The names of an enum's values. */
  readonly enumValues?: ReadonlySet<string>;
  /** The `oneof` that the field belongs to. */
  readonly oneof?: string;
}

/** What the codec has to know of one message type: its fields, by name and by number. */
export interface MessagePlan {
  readonly name: string;
  readonly fields: Map<string, FieldPlan>;
  readonly numbers: Map<number, FieldPlan>;
  /** Names of `oneof`s: decoded messages carry them as properties that name the field that is set. */
  readonly oneofs: Set<string>;
}

/** The two message types of a method. */
export interface MethodPlan {
  readonly request: MessagePlan;
  readonly response: MessagePlan;
}

/** The plans of one .proto file and of all that it imports. */
export interface Plans {
  readonly messages: ReadonlyMap<string, MessagePlan>;
  readonly methods: ReadonlyMap<string, MethodPlan>;
}

/** The parts of a FileDescriptorProto that are read. */
interface FileDescriptor {
  package?: string;
  messageType: MessageDescriptor[];
  enumType: EnumDescriptor[];
  service: { name: string; method: { name: string; inputType: string; outputType: string }[] }[];
}

interface EnumDescriptor {
  name: string;
  value: { name: string }[];
}

interface MessageDescriptor {
  name: string;
  field: {
    name: string;
    number: number;
    label: string;
    type: string;
    typeName?: string;
    oneofIndex?: number;
  }[];
  nestedType: MessageDescriptor[];
  enumType: EnumDescriptor[];
  oneofDecl: { name: string }[];
  options?: { mapEntry?: boolean };
}

interface Scope {
  readonly messages: Map<string, { plan: MessagePlan; descriptor: MessageDescriptor }>;
  readonly enums: Map<string, ReadonlySet<string>>;
}

const descriptorMessages = loadSync('google/protobuf/descriptor.proto', { enums: String, arrays: true });
const fileDescriptorType = descriptorMessages['google.protobuf.FileDescriptorProto'] as MessageTypeDefinition<
  object,
  FileDescriptor
>;

/** Plans of the given files: messages by full name, methods by path (`/stream.ServerStream/Pow`). */
export function createPlans(encodedFiles: readonly Buffer[]): Plans {
  const files = encodedFiles.map((bytes) => fileDescriptorType.deserialize(bytes));
  const scope: Scope = { messages: new Map(), enums: new Map() };
  for (const file of files) declareTypes(file.package ?? '', file.messageType, file.enumType, scope);
  for (const { plan, descriptor } of scope.messages.values()) addFields(plan, descriptor, scope);
  const methods = new Map<string, MethodPlan>();
  for (const file of files) {
    for (const service of file.service) {
      const serviceName = joinName(file.package ?? '', service.name);
      for (const { name, inputType, outputType } of service.method) {
        methods.set(`/${serviceName}/${name}`, {
          request: resolve(inputType, serviceName, scope.messages).plan,
          response: resolve(outputType, serviceName, scope.messages).plan,
        });
      }
    }
  }
  return { messages: new Map([...scope.messages].map(([name, { plan }]) => [name, plan])), methods };
}

function declareTypes(parent: string, messages: MessageDescriptor[], enums: EnumDescriptor[], scope: Scope): void {
  for (const descriptor of messages) {
    const name = joinName(parent, descriptor.name);
    const plan = { name, fields: new Map(), numbers: new Map(), oneofs: new Set<string>() };
    scope.messages.set(name, { plan, descriptor });
    declareTypes(name, descriptor.nestedType, descriptor.enumType, scope);
  }
  for (const descriptor of enums) {
    scope.enums.set(joinName(parent, descriptor.name), new Set(descriptor.value.map((value) => value.name)));
  }
}

function addFields(plan: MessagePlan, descriptor: MessageDescriptor, scope: Scope): void {
  for (const { name } of descriptor.oneofDecl) plan.oneofs.add(name);
  for (const field of descriptor.field) {
    const { name, number, typeName = '' } = field;
    const type = field.type.slice('TYPE_'.length).toLowerCase() as FieldType;
    const message = type === 'message' ? resolve(typeName, plan.name, scope.messages) : undefined;
    const enumValues = type === 'enum' ? resolve(typeName, plan.name, scope.enums) : undefined;
    const oneof = field.oneofIndex === undefined ? undefined : descriptor.oneofDecl[field.oneofIndex]?.name;
    const fieldPlan: FieldPlan = {
      name,
      number,
      type,
      repeated: field.label === 'LABEL_REPEATED',
      isMap: message?.descriptor.options?.mapEntry === true,
      ...(message && { message: message.plan }),
      ...(enumValues && { enumValues }),
      ...(oneof !== undefined && { oneof }),
    };
    plan.fields.set(name, fieldPlan);
    plan.numbers.set(number, fieldPlan);
  }
}

/** Looks a type name up from the innermost scope outwards, as protobuf does. */
function resolve<T>(typeName: string, from: string, table: Map<string, T>): T {
  const name = typeName.replace(/^\./, '');
  for (let scope = from; ; scope = scope.slice(0, Math.max(0, scope.lastIndexOf('.')))) {
    const found = table.get(joinName(scope, name));
    if (found !== undefined) return found;
    if (scope === '') throw new Error(`unknown type ${typeName} in ${from}`);
  }
}

function joinName(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}
