/**
 * What TensorFlow's log says about the devices it found, what kept it from using a GPU, and oneDNN. It says so nowhere
 * else; the phrases below are those of TensorFlow 2.19 to 2.21.
 */

export interface Gpu {
  readonly name: string;
  /** What TensorFlow may use of the card's memory, in MB. */
  readonly memoryMB: number;
  /** NVIDIA's number for the card's generation, such as "9.0". */
  readonly computeCapability: string;
}

export interface DeviceLog {
  readonly gpus: readonly Gpu[];
  /** Libraries of CUDA or of its driver that could not be loaded, by file name. */
  readonly missingLibraries: readonly string[];
  /** What else TensorFlow gives as a reason for not using a card, in its own words. */
  readonly refusals: readonly string[];
  /** Whether operations on the CPU run on oneDNN. */
  readonly oneDnn: boolean;
}

const created =
  /Created device \S*device:GPU:\d+ with (\d+) MB memory:.*?name: (.+?), pci bus id: .*?compute capability: (\d+\.\d+)/;
const notLoaded = /Could not load dynamic library '([^']+)'/;
const refused = [
  /failed call to cuInit: .+/,
  /kernel version \S+ does not match DSO version \S+.*/,
  /Ignoring visible gpu device .+/,
  /no NVIDIA GPU device is present.*/,
  /TensorFlow was not built with CUDA kernel binaries compatible with .+/,
  /Error loading CUDA libraries. GPU will not be used./,
];

/** Reads the log of one process, as it stands on standard error with TF_CPP_MIN_LOG_LEVEL=0. */
export function readDeviceLog(log: string): DeviceLog {
  const gpus: Gpu[] = [];
  const missing = new Set<string>();
  const refusals = new Set<string>();
  for (const line of log.split('\n')) {
    const gpu = created.exec(line);
    if (gpu) gpus.push({ memoryMB: Number(gpu[1]), name: gpu[2], computeCapability: gpu[3] });
    const library = notLoaded.exec(line);
    if (library) missing.add(library[1]);
    for (const pattern of refused) {
      const match = pattern.exec(line);
      if (match) refusals.add(match[0].trim());
    }
  }
  return {
    gpus,
    missingLibraries: [...missing],
    refusals: [...refusals],
    oneDnn: log.includes('oneDNN custom operations are on'),
  };
}
