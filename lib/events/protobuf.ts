/**
 * Protocol buffers, written and read field by field with the library that tfjs-node uses too. It has no types of its own.
 */
import { createRequire } from 'node:module';

/** The part of google-protobuf's writer used here. The first argument of each is the field's number. */
export interface Writer {
  writeDouble(field: number, value: number): void;
  writeBool(field: number, value: boolean): void;
  writeInt64(field: number, value: number): void;
  writeInt32(field: number, value: number): void;
  writeString(field: number, value: string): void;
  writeBytes(field: number, value: Uint8Array): void;
  /** `write` gets `value` and a writer for its fields. */
  writeMessage<T extends object>(field: number, value: T, write: (value: T, writer: Writer) => void): void;
  getResultBuffer(): Uint8Array;
}

export interface Reader {
  /** @returns false at the message's end */
  nextField(): boolean;
  getFieldNumber(): number;
  skipField(): void;
  readInt64(): number;
  readString(): string;
  readBytes(): Uint8Array;
}

interface Library {
  readonly BinaryWriter: new () => Writer;
  readonly BinaryReader: new (bytes: Uint8Array) => Reader;
}

const { BinaryWriter, BinaryReader } = createRequire(__filename)('google-protobuf') as Library;

/** Writes the fields of a message. */
export type Fields = (writer: Writer) => void;

export function message(fields: Fields): Uint8Array {
  const writer = new BinaryWriter();
  fields(writer);
  return writer.getResultBuffer();
}

/** A field that is a message itself. */
export function submessage(writer: Writer, field: number, fields: Fields): void {
  // The library takes null for a message that is left out, and has no use for the value otherwise.
  writer.writeMessage(field, fields, (_, inner) => {
    fields(inner);
  });
}

/** Calls `take` at each field of a message; it reads the field, or returns false to skip it. */
export function readFields(bytes: Uint8Array, take: (field: number, reader: Reader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.nextField()) if (!take(reader.getFieldNumber(), reader)) reader.skipField();
}
