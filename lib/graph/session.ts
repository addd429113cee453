import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import { GraphError } from './errors';
import type { Graph } from './graph';
import { encodeSavedModel, servingTag } from './saved-model';
import { withScratchFolder } from './scratch';
import { encodeSessionOptions, type SessionOptions } from './session-options';
import type { DType } from './types';

/**
 * The part of tfjs-node's backend that loads and runs graphs. `tf.node.loadSavedModel` is built on it, but reads the whole file
 * back in JavaScript, once for each signature, to learn what a Graph knows already: for a small network a fifth of the
 * time from the model to its first step.
 */
interface NodeBackend {
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(
    id: number,
    inputs: readonly tf.Tensor[],
    inputInfos: readonly InputInfo[],
    outputNames: readonly string[],
  ): tf.Tensor[];
  deleteSavedModel(id: number): void;
}

/** tfjs has no tensors of these two types: they are fed as int32, and converted by the backend if it is told so. */
const convertedTypes: Readonly<Partial<Record<DType, string>>> = { uint8: 'DT_UINT8', int64: 'DT_INT64' };

interface InputInfo {
  readonly name: string;
  readonly tfDtype: string | undefined;
}

interface Names {
  readonly inputs: readonly InputInfo[];
  readonly outputs: readonly string[];
}

/**
 * A graph loaded into TensorFlow. All its signatures share one session: a variable that one of them writes, the others
 * read.
 */
export class Session {
  readonly #backend: NodeBackend;
  readonly #id: number;
  readonly #signatures: ReadonlyMap<string, Names>;
  #disposed = false;

  private constructor(backend: NodeBackend, id: number, signatures: ReadonlyMap<string, Names>) {
    this.#backend = backend;
    this.#id = id;
    this.#signatures = signatures;
  }

  /**
   * Loads the graph. Nothing stays on disk.
   * @throws UserError for options out of their range
   */
  static async load(graph: Graph, options: SessionOptions = {}): Promise<Session> {
    const config = encodeSessionOptions(options);
    const backend = tf.backend() as unknown as NodeBackend;
    return withScratchFolder((folder) => {
      fs.writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(graph));
      const configFile = path.join(folder, 'session_config.pb');
      if (config) fs.writeFileSync(configFile, config);
      const id = backend.loadSavedModelMetaGraph(folder, servingTag);
      // The addon removes the file when it has applied it: see scripts/setup/session_config.h.
      if (fs.existsSync(configFile)) {
        backend.deleteSavedModel(id);
        throw new UserError(
          'The addon here is older than session options: to compile it anew, run: npm run setup',
        );
      }
      return Promise.resolve(new Session(backend, id, namesOf(graph)));
    });
  }

  /**
   * Runs a signature; the call returns when the work is done.
   * @param feeds one tensor for each of the signature's inputs, in their order; they stay the caller's
   * @returns one tensor for each of its outputs, in their order; they are the caller's to dispose of
   */
  run(name: string, feeds: readonly tf.Tensor[] = []): tf.Tensor[] {
    const signature = this.#signatures.get(name);
    if (this.#disposed || !signature) {
      throw new GraphError(this.#disposed ? 'The session was disposed of' : `No signature "${name}"`);
    }
    return this.#backend.runSavedModel(this.#id, feeds, signature.inputs, signature.outputs);
  }

  /** Runs a signature for its effects. */
  execute(name: string, feeds: readonly tf.Tensor[] = []): void {
    tf.dispose(this.run(name, feeds));
  }

  /** Frees the session with its variables. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#backend.deleteSavedModel(this.#id);
  }
}

/** What the backend runs a signature by, by its name. */
function namesOf({ signatures }: Graph): ReadonlyMap<string, Names> {
  return new Map(
    [...signatures].map(([name, { inputs, outputs }]): [string, Names] => [
      name,
      {
        inputs: inputs.map(({ ref, dtype }) => ({ name: ref, tfDtype: convertedTypes[dtype] })),
        outputs: outputs.map(({ ref }) => ref),
      },
    ]),
  );
}
