/**
 * Jupyter's wire format: messages to and from ZeroMQ frames, signed.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** The connection file that Jupyter writes for a kernel. */
export interface ConnectionInfo {
  readonly transport: string;
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme?: string;
}

export type JsonObject = Record<string, unknown>;

export interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

export interface Message {
  /** ZeroMQ's routing prefix, which sends a reply back to the client that asked. */
  readonly identities: readonly Buffer[];
  readonly header: MessageHeader;
  readonly content: JsonObject;
}

/** The version of the messaging protocol that this kernel speaks. */
export const PROTOCOL_VERSION = '5.3';

const DELIMITER = Buffer.from('<IDS|MSG>');

/** Reads and writes signed messages for one connection. */
export class Wire {
  private readonly session = randomUUID();

  /** @throws Error if the connection file asks for a signature other than HMAC-SHA256 */
  constructor(private readonly connection: Pick<ConnectionInfo, 'key' | 'signature_scheme'>) {
    const scheme = connection.signature_scheme ?? 'hmac-sha256';
    if (scheme !== 'hmac-sha256') {
      throw new Error(`This kernel signs with hmac-sha256; the connection file asks for ${scheme}.`);
    }
  }

  /** @throws Error if the frames are not a message, or are signed with a different key */
  decode(frames: readonly Buffer[]): Message {
    const delimiter = frames.findIndex((frame) => frame.equals(DELIMITER));
    if (delimiter < 0 || frames.length < delimiter + 6) {
      throw new Error(`Not a Jupyter message: ${frames.length} frames, delimiter at ${delimiter}.`);
    }
    const signature = frames[delimiter + 1];
    const parts = frames.slice(delimiter + 2, delimiter + 6);
    if (this.connection.key !== '') {
      const expected = Buffer.from(this.sign(parts));
      if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
        throw new Error('A message with a wrong signature was ignored.');
      }
    }
    const [header, , , content] = parts.map((part) => JSON.parse(part.toString()) as unknown);
    return {
      identities: frames.slice(0, delimiter),
      header: header as MessageHeader,
      content: content as JsonObject,
    };
  }

  /**
   * Makes the frames of a message that answers `parent`.
   * @param toSender true for a reply, which goes to the sender of `parent`; false for what is published to all
   */
  encode(
    type: string,
    content: JsonObject,
    parent: Message | undefined,
    toSender: boolean,
  ): (Buffer | string)[] {
    const header: MessageHeader = {
      msg_id: randomUUID(),
      msg_type: type,
      session: this.session,
      username: parent?.header.username ?? 'kernel',
      date: new Date().toISOString(),
      version: PROTOCOL_VERSION,
    };
    const parts = [header, parent?.header ?? {}, {}, content].map((part) => wellFormed(JSON.stringify(part)));
    const prefix = toSender ? (parent?.identities ?? []) : [Buffer.from(type)];
    return [...prefix, DELIMITER, this.sign(parts), ...parts];
  }

  private sign(parts: readonly (Buffer | string)[]): string {
    if (this.connection.key === '') return '';
    const hmac = createHmac('sha256', this.connection.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }
}

/** Half of a surrogate pair, as `JSON.stringify` writes it, behind an even number of backslashes. */
const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/**
 * JSON whose strings can be written as UTF-8. Half of an emoji can be cut off in JavaScript, but no file that
 * Jupyter writes can hold it: it becomes the replacement character.
 */
function wellFormed(json: string): string {
  return json.includes('\\ud') ? json.replace(LONE_SURROGATE, '$1\ufffd') : json;
}
