import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { GraphError } from './errors';
import type { Graph } from './graph';
import { encodeSavedModel, servingTag } from './saved-model';
import { withScratchFolder } from './scratch';
import { encodeSessionOptions, type SessionOptions } from './session-options';

type Loaded = Awaited<ReturnType<typeof tf.node.loadSavedModel>>;

/**
 * A graph loaded into TensorFlow. All its signatures share one session: a variable that one of them writes, the others
 * read.
 */
export class Session {
  readonly #loaded: ReadonlyMap<string, Loaded>;
  #disposed = false;

  private constructor(loaded: ReadonlyMap<string, Loaded>) {
    this.#loaded = loaded;
  }

  /**
   * Loads the graph. Nothing stays on disk.
   * @throws UserError for options out of their range
   */
  static async load(graph: Graph, options: SessionOptions = {}): Promise<Session> {
    const config = encodeSessionOptions(options);
    return withScratchFolder(async (folder) => {
      fs.writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(graph));
      const configFile = path.join(folder, 'session_config.pb');
      if (config) fs.writeFileSync(configFile, config);
      const loaded = new Map<string, Loaded>();
      for (const name of graph.signatures.keys()) {
        loaded.set(name, await tf.node.loadSavedModel(folder, [servingTag], name));
      }
      // The addon removes the file when it has applied it: see scripts/setup/session_config.h.
      if (fs.existsSync(configFile)) {
        loaded.forEach((signature) => {
          signature.dispose();
        });
        throw new UserError(
          'The addon here is older than session options: to compile it anew, run: npm run setup',
        );
      }
      return new Session(loaded);
    });
  }

  /**
   * Runs a signature; the call returns when the work is done.
   * @param feeds one tensor for each of the signature's inputs, in their order; they stay the caller's
   * @returns one tensor for each of its outputs, in their order; they are the caller's to dispose of
   */
  run(name: string, feeds: readonly tf.Tensor[] = []): tf.Tensor[] {
    const signature = this.#loaded.get(name);
    if (this.#disposed || !signature) {
      throw new GraphError(this.#disposed ? 'The session was disposed of' : `No signature "${name}"`);
    }
    return signature.predict([...feeds]) as tf.Tensor[];
  }

  /** Runs a signature for its effects. */
  execute(name: string, feeds: readonly tf.Tensor[] = []): void {
    tf.dispose(this.run(name, feeds));
  }

  /** Frees the session with its variables. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const signature of this.#loaded.values()) signature.dispose();
  }
}
