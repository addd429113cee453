#!/bin/sh
# A grid as an array of Slurm jobs, a run each, without Dask:
#
#   sbatch --array=1-$(npm run -s train -- lenet5 --seeds 1-10 --count | tail -1) scripts/slurm/array.sh lenet5 --seeds 1-10
#
# 90 s before its time is over, a run is asked to save, and its job is put into the queue again: it goes on from there.
#SBATCH --job-name=cifar10
#SBATCH --time=04:00:00
#SBATCH --signal=B:TERM@90
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=outputs/slurm-%A_%a.log

cd "${SLURM_SUBMIT_DIR:?run it by sbatch}" || exit 2
node -r ./scripts/setup/register-ts.js scripts/train.ts "$@" --part "${SLURM_ARRAY_TASK_ID:?submit it with --array}" &
run=$!
asked=
trap 'asked=yes; kill -TERM "$run"' TERM

wait "$run"
code=$?
# The signal ends `wait`, not the run, which still saves.
while kill -0 "$run" 2>/dev/null; do
  wait "$run"
  code=$?
done

# 143: it was stopped by SIGTERM, and has saved.
if [ -n "$asked" ] && [ "$code" -eq 143 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
