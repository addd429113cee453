/** Sends on everything that cells show, each piece as output of the cell that shows it. */
import { setDisplayHost } from '../runtime/display';
import { refuseInput } from './no-input';
import { passOnInheritedOutput } from './inherited-output';
import type { Sockets } from './sockets';
import { StreamBuffer } from './streams';
import type { JsonObject, Message } from './wire';

export class Output {
  private readonly streams: StreamBuffer<Message | undefined>;

  /** @param owner the request whose cell is writing at the moment of the call */
  constructor(
    private readonly sockets: Sockets,
    private readonly owner: () => Message | undefined,
  ) {
    this.streams = new StreamBuffer(owner, (name, text, parent) => {
      sockets.publish('stream', { name, text }, parent);
    });
  }

  /** Takes over this process's standard streams, and what `lib/show` and tslab's own `display` show. */
  capture(): void {
    this.streams.capture();
    passOnInheritedOutput();
    refuseInput();
    setDisplayHost({
      show: (data, id, update = false) => {
        const transient = id === undefined ? {} : { display_id: id };
        this.display({ data, metadata: {}, transient }, update);
      },
      clear: (wait = false) => {
        this.streams.flush();
        this.sockets.publish('clear_output', { wait }, this.owner());
      },
    });
    // Loaded here, not above: tslab's modules may load only after the compiler has put its hooks in.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const tslabJupyter = require('tslab/dist/jupyter') as typeof import('tslab/dist/jupyter');
    Object.assign(tslabJupyter, {
      lastWriteDisplayData: (content: JsonObject, update?: boolean) => {
        this.display(content, update === true);
      },
    });
  }

  /** Publishes everything that a cell has written. Call it at the end of the cell. */
  finish(): void {
    this.streams.finish();
  }

  private display(content: JsonObject, update: boolean): void {
    this.streams.flush();
    this.sockets.publish(update ? 'update_display_data' : 'display_data', content, this.owner());
  }
}
