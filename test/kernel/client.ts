/** A small Jupyter client over ZeroMQ, so that tests see each message that a kernel sends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import * as zmq from 'zeromq';
import { type JsonObject, type Message, Wire } from '../../lib/kernel/wire';

export interface Received {
  readonly type: string;
  readonly content: JsonObject;
  /** msg_id of the request that it answers. */
  readonly parent: string;
}

/** What one request brought: its reply, and all that was published for it, busy and idle left out. */
export interface Result {
  readonly reply: JsonObject;
  readonly replyType: string;
  readonly published: readonly Received[];
}

/** Command lines by name, paths from the project's folder; the connection file is appended. */
const COMMANDS = {
  ours: ['lib/kernel/launch.js'],
  stock: ['node_modules/tslab/bin/tslab', 'kernel', '--config-path'],
} as const;

export class KernelClient {
  readonly published: Received[] = [];
  private readonly replies = new Map<string, { type: string; content: JsonObject }>();
  private wake: () => void = () => undefined;
  private changed = new Promise<void>((resolve) => (this.wake = resolve));

  private constructor(
    readonly process: ChildProcess,
    private readonly wire: Wire,
    private readonly shell: zmq.Dealer,
    private readonly control: zmq.Dealer,
    private readonly iopub: zmq.Subscriber,
    private readonly folder: string,
  ) {
    for (const socket of [shell, control]) void this.read(socket, true);
    void this.read(iopub, false);
  }

  /**
   * Starts a kernel and waits until it answers.
   * @param folder the notebook's folder, which the kernel starts in
   * @param project folder with lib and node_modules
   */
  static async start(which: keyof typeof COMMANDS, folder: string, project: string): Promise<KernelClient> {
    const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'kernel-test-'));
    const ports = await freePorts(5);
    const connection = {
      ...{ transport: 'tcp', ip: '127.0.0.1', key: randomUUID(), signature_scheme: 'hmac-sha256' },
      ...{ shell_port: ports[0], iopub_port: ports[1], stdin_port: ports[2] },
      ...{ control_port: ports[3], hb_port: ports[4] },
    };
    const file = path.join(temporary, 'connection.json');
    fs.writeFileSync(file, JSON.stringify(connection));
    const [script, ...options] = COMMANDS[which];
    const kernel = spawn(process.execPath, [path.join(project, script), ...options, file], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const shell = new zmq.Dealer({ routingId: 'client' });
    const control = new zmq.Dealer({ routingId: 'client' });
    const iopub = new zmq.Subscriber();
    iopub.receiveHighWaterMark = 0;
    iopub.subscribe();
    const address = `tcp://127.0.0.1`;
    shell.connect(`${address}:${connection.shell_port}`);
    control.connect(`${address}:${connection.control_port}`);
    iopub.connect(`${address}:${connection.iopub_port}`);
    const client = new KernelClient(kernel, new Wire(connection), shell, control, iopub, temporary);
    // The first published message tells that the subscription has reached the kernel.
    for (let tries = 0; client.published.length === 0; tries++) {
      if (tries > 100) throw new Error('the kernel does not publish');
      await client.request('kernel_info_request', {}, { needsIdle: false });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return client;
  }

  /** Runs a cell to its end. */
  execute(code: string, options: JsonObject = {}, needsIdle = true): Promise<Result> {
    const id = this.send('execute_request', { code, silent: false, store_history: true, ...options });
    return this.finish(id, needsIdle);
  }

  async request(
    type: string,
    content: JsonObject,
    { needsIdle = true, control = false } = {},
  ): Promise<Result> {
    return this.finish(this.send(type, content, control), needsIdle);
  }

  /** Sends without waiting. @returns the request's msg_id, for {@link finish} */
  send(type: string, content: JsonObject, control = false): string {
    const frames = this.wire.encode(type, content, undefined, true);
    const header = JSON.parse(frames[2] as string) as Message['header'];
    void (control ? this.control : this.shell).send(frames);
    return header.msg_id;
  }

  /** Sends a message signed with another key. @returns its msg_id */
  async sendForged(type: string, content: JsonObject): Promise<string> {
    const frames = new Wire({ key: 'another key' }).encode(type, content, undefined, true);
    await this.shell.send(frames);
    return (JSON.parse(frames[2] as string) as Message['header']).msg_id;
  }

  /** Waits for a request's reply and for the kernel to be idle after it. */
  async finish(id: string, needsIdle = true): Promise<Result> {
    const isIdle = (): boolean =>
      this.published.some(
        (m) => m.parent === id && m.type === 'status' && m.content.execution_state === 'idle',
      );
    await this.until(() => this.replies.has(id) && (!needsIdle || isIdle()));
    const { type, content } = this.replies.get(id)!;
    return { reply: content, replyType: type, published: this.outputs(id) };
  }

  /** What was published for a request so far, statuses left out. */
  outputs(id: string): Received[] {
    return this.published.filter((m) => m.parent === id && m.type !== 'status');
  }

  /** Waits until `condition` holds, looking again after each message. */
  async until(condition: () => boolean, milliseconds = 120_000): Promise<void> {
    const deadline = Date.now() + milliseconds;
    while (!condition()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`waited ${milliseconds} ms in vain for ${condition.toString()}`);
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([this.changed, new Promise((resolve) => (timer = setTimeout(resolve, left)))]);
      clearTimeout(timer);
    }
  }

  /** Ends the kernel and all that was opened for it. */
  async stop(): Promise<void> {
    for (const socket of [this.shell, this.control, this.iopub]) socket.close();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill('SIGKILL');
      await exited;
    }
    fs.rmSync(this.folder, { recursive: true });
  }

  private async read(socket: zmq.Dealer | zmq.Subscriber, isReply: boolean): Promise<void> {
    for await (const frames of socket) {
      const parts = frames;
      const { header, content } = this.wire.decode(parts);
      const delimiter = parts.findIndex((part) => part.toString() === '<IDS|MSG>');
      const parent = (JSON.parse(parts[delimiter + 3].toString()) as Partial<Message['header']>).msg_id ?? '';
      if (isReply) this.replies.set(parent, { type: header.msg_type, content });
      else this.published.push({ type: header.msg_type, content, parent });
      const wake = this.wake;
      this.changed = new Promise<void>((resolve) => (this.wake = resolve));
      wake();
    }
  }
}

/** All text that was written to a stream. */
export function textOf(published: readonly Received[], name = 'stdout'): string {
  const streams = published.filter(({ type, content }) => type === 'stream' && content.name === name);
  return streams.map(({ content }) => String(content.text)).join('');
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = net.createServer();
      return new Promise<net.Server>((resolve) =>
        server.listen(0, '127.0.0.1', () => {
          resolve(server);
        }),
      );
    }),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
