/**
 * The records of an event file: TensorFlow's `Event` messages, of the kinds that TensorBoard's pages show.
 * https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
 */
import { message, readFields, submessage, type Fields, type Writer } from './protobuf';

/** A record, and what tells it from others. */
export interface Event {
  /** What it is about, the name of a chart for instance. */
  readonly tag: string;
  /** The epoch after which it was taken; 0 before the first. */
  readonly step: number;
  readonly bytes: Uint8Array;
}

/** Tags of records that have none of their own. */
const untagged = { version: '(file version)', graph: '(graph)' } as const;

/** Numbers of the fields of `Event`, `Summary` and what they consist of. */
const fieldOf = {
  event: { wallTime: 1, step: 2, fileVersion: 3, graph: 4, summary: 5 },
  summary: { value: 1 },
  value: { tag: 1, tensor: 8, metadata: 9 },
  metadata: { plugin: 1, dataClass: 4 },
  plugin: { name: 1, content: 2 },
  tensor: { type: 1, shape: 2, content: 4, string: 8 },
  shape: { dimension: 2 },
  dimension: { size: 1 },
} as const;

/** Of tensorflow/core/framework/types.proto. */
const typeOf = { float32: 1, float64: 2, string: 7 } as const;

/** How TensorBoard's reader keeps a series: all points, or samples of them. */
const dataClass = { scalar: 1, tensor: 2, blobs: 3 } as const;

/** The first record of every file. */
export function fileVersion(): Event {
  return event(untagged.version, 0, (writer) => {
    writer.writeString(fieldOf.event.fileVersion, 'brain.Event:2');
  });
}

export function scalar(tag: string, step: number, value: number): Event {
  return summary(tag, step, {
    plugin: 'scalars',
    dataClass: dataClass.scalar,
    tensor: numbers('float32', [], Float32Array.of(value)),
  });
}

/** @param buckets rows of the left edge, the right edge and the number of values between them */
export function histogram(tag: string, step: number, buckets: Float64Array): Event {
  return summary(tag, step, {
    plugin: 'histograms',
    dataClass: dataClass.tensor,
    tensor: numbers('float64', [buckets.length / 3, 3], buckets),
  });
}

export function image(
  tag: string,
  step: number,
  { png, width, height }: { readonly png: Uint8Array; readonly width: number; readonly height: number },
): Event {
  const parts = [Buffer.from(String(width)), Buffer.from(String(height)), png];
  return summary(tag, step, {
    plugin: 'images',
    dataClass: dataClass.blobs,
    tensor: (writer) => {
      writer.writeInt32(fieldOf.tensor.type, typeOf.string);
      writeShape(writer, [parts.length]);
      for (const part of parts) writer.writeBytes(fieldOf.tensor.string, part);
    },
  });
}

/** What only a plugin reads: all of it is in `content`. */
export function pluginData(tag: string, plugin: string, content: Uint8Array): Event {
  return summary(tag, 0, { plugin, content, tensor: numbers('float32', [0], new Float32Array()) });
}

/** @param graph the bytes of a GraphDef */
export function graph(bytes: Uint8Array): Event {
  return event(untagged.graph, 0, (writer) => {
    writer.writeBytes(fieldOf.event.graph, bytes);
  });
}

/** A record as it was written. */
export function readEvent(bytes: Uint8Array): Event {
  let [tag, step]: [string, number] = ['', 0];
  const { event: ofEvent, summary: ofSummary, value: ofValue } = fieldOf;
  readFields(bytes, (field, reader) => {
    if (field === ofEvent.step) step = reader.readInt64();
    else if (field === ofEvent.fileVersion) tag = (reader.skipField(), untagged.version);
    else if (field === ofEvent.graph) tag = (reader.skipField(), untagged.graph);
    else if (field === ofEvent.summary) tag = tagOf(reader.readBytes());
    else return false;
    return true;
  });
  return { tag, step, bytes };

  function tagOf(summaryBytes: Uint8Array): string {
    let found = '';
    readFields(summaryBytes, (field, reader) => {
      if (field !== ofSummary.value) return false;
      readFields(reader.readBytes(), (inner, innerReader) => {
        if (inner !== ofValue.tag) return false;
        found = innerReader.readString();
        return true;
      });
      return true;
    });
    return found;
  }
}

interface Summary {
  /** The page of TensorBoard that shows it. */
  readonly plugin: string;
  readonly content?: Uint8Array;
  readonly dataClass?: number;
  /** Fields of a `TensorProto`. */
  readonly tensor: Fields;
}

function summary(tag: string, step: number, { plugin, content, dataClass: kept, tensor }: Summary): Event {
  return event(tag, step, (writer) => {
    submessage(writer, fieldOf.event.summary, (ofSummary) => {
      submessage(ofSummary, fieldOf.summary.value, (value) => {
        value.writeString(fieldOf.value.tag, tag);
        submessage(value, fieldOf.value.metadata, (metadata) => {
          submessage(metadata, fieldOf.metadata.plugin, (ofPlugin) => {
            ofPlugin.writeString(fieldOf.plugin.name, plugin);
            if (content) ofPlugin.writeBytes(fieldOf.plugin.content, content);
          });
          if (kept !== undefined) metadata.writeInt32(fieldOf.metadata.dataClass, kept);
        });
        submessage(value, fieldOf.value.tensor, tensor);
      });
    });
  });
}

function event(tag: string, step: number, what: Fields): Event {
  const bytes = message((writer) => {
    writer.writeDouble(fieldOf.event.wallTime, Date.now() / 1000);
    writer.writeInt64(fieldOf.event.step, step);
    what(writer);
  });
  return { tag, step, bytes };
}

function numbers(
  type: 'float32' | 'float64',
  shape: readonly number[],
  values: Float32Array | Float64Array,
): Fields {
  return (writer) => {
    writer.writeInt32(fieldOf.tensor.type, typeOf[type]);
    writeShape(writer, shape);
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    writer.writeBytes(fieldOf.tensor.content, content);
  };
}

/** Of a tensor, or of what an operation gives; null for a size that is not fixed. */
export function writeDimensions(writer: Writer, shape: readonly (number | null)[]): void {
  for (const size of shape) {
    submessage(writer, fieldOf.shape.dimension, (dimension) => {
      dimension.writeInt64(fieldOf.dimension.size, size ?? -1);
    });
  }
}

function writeShape(writer: Writer, shape: readonly number[]): void {
  submessage(writer, fieldOf.tensor.shape, (inner) => {
    writeDimensions(inner, shape);
  });
}
