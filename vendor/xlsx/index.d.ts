export declare function read(...args: unknown[]): never;
export declare function readFile(...args: unknown[]): never;
export declare function writeFile(...args: unknown[]): never;
export declare const utils: never;
/** Options of danfojs's readExcel and toExcel, which have none here. */
export type ParsingOptions = Record<string, never>;
export type WritingOptions = Record<string, never>;
