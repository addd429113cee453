/** The environment for programs that use Dask: it tells of problems only. */
export const daskEnvironment = (): NodeJS.ProcessEnv => ({
  DASK_LOGGING__DISTRIBUTED: 'warning',
  ...process.env,
});
